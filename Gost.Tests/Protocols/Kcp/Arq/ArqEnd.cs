using Gost.Engine.Net;
using Gost.Engine.Protocols.Kcp;
using Gost.Engine.Protocols.Kcp.Arq;

namespace Gost.Tests.Protocols.Kcp.Arq;

/// <summary>One end of a conversation without sockets: what it sends is a list of datagrams.</summary>
internal sealed class ArqEnd : IDisposable
{
    private readonly PlainCodec _codec = new();
    private readonly PacketBatch _batch;

    public ArqEnd(KcpOptions options, uint conversation = 7, uint firstNumber = 0)
    {
        Arq = new KcpArq(conversation, options, _codec.Overhead, Buffers, firstNumber);
        _batch = new PacketBatch(Buffers);
    }

    public BufferPool Buffers { get; } = new();

    public KcpArq Arq { get; }

    /// <summary>The segments of each datagram that is due.</summary>
    public List<byte[]> Flush(uint now)
    {
        List<byte[]> datagrams = [];
        bool isDone;
        do
        {
            isDone = Arq.Flush(now, _codec, _batch);
            var at = 0;
            foreach (var length in _batch.Lengths)
            {
                datagrams.Add(_batch.Bytes.Slice(at + _codec.Overhead, length - _codec.Overhead).ToArray());
                at += length;
            }

            _batch.Clear();
        }
        while (!isDone);
        return datagrams;
    }

    /// <summary>Everything that can be read.</summary>
    public byte[] ReadAll()
    {
        List<byte> all = [];
        var buffer = new byte[4096];
        for (int count; (count = Arq.Read(buffer)) > 0;)
        {
            all.AddRange(buffer.AsSpan(0, count));
        }

        return [.. all];
    }

    /// <summary>The headers of the segments in a datagram.</summary>
    public static List<SegmentHeader> Headers(ReadOnlySpan<byte> datagram)
    {
        List<SegmentHeader> headers = [];
        while (datagram.Length > 0)
        {
            var header = SegmentHeader.Read(datagram);
            headers.Add(header);
            datagram = datagram[(SegmentHeader.Size + (int)header.Length)..];
        }

        return headers;
    }

    public void Dispose()
    {
        _batch.Clear();
        Arq.Close();
    }
}
