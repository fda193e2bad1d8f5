using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Framing;
using Gost.Engine.Relaying;

namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>
/// The inside of a Shadowsocks stream. The protocol has no end of its own: each direction ends with the inner stream's, at the border of a chunk; one that
/// ends elsewhere was cut, which a read says by a <see cref="ShadowsocksFault"/>. Source: spec/wire/shadowsocks.md section 3.
/// </summary>
internal sealed class ShadowsocksStream : DuplexStream
{
    private readonly DuplexStream _inner;
    private readonly ShadowsocksReader _reader;
    private readonly ShadowsocksWriter _writer;
    private readonly string? _node;
    private int _disposed;

    /// <summary>
    /// Takes over <paramref name="inner"/>. <paramref name="sealer"/>: the writing direction, where its salt is out or held already; null = the salt goes
    /// with the first bytes. <paramref name="node"/>: whom a client blames when the far end turns out to have another key; null at the server.
    /// </summary>
    public ShadowsocksStream(DuplexStream inner, ShadowsocksKey key, ChunkSealer? sealer, SaltFilter filter, BufferPool buffers, string? node = null)
    {
        _inner = inner;
        _node = node;
        _reader = new ShadowsocksReader(inner, key, filter, buffers);
        _writer = new ShadowsocksWriter(inner, key, sealer, filter, buffers);
    }

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint => _inner.LocalEndPoint;

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint => _inner.RemoteEndPoint;

    /// <inheritdoc/>
    public override int BlockSize => ShadowsocksWriter.MaxBlock;

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _node is null || _reader.HasOpened ? _reader.ReadAsync(buffer, cancellationToken) : ReadFirstAsync(buffer, _node, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        Volatile.Read(ref _disposed) == 0
            ? _writer.WriteAsync(buffer, cancellationToken)
            : ValueTask.FromException(new ObjectDisposedException(nameof(ShadowsocksStream)));

    /// <summary>
    /// Reads the address that a client's stream begins with; null = the client ended without a byte. Throws <see cref="ShadowsocksFault"/> for what is no
    /// address, and what the stream throws.
    /// </summary>
    public async ValueTask<Target?> ReadAddressAsync(TargetNetwork network, CancellationToken cancellationToken)
    {
        var form = new byte[SocksAddress.MaxLength];
        var have = 0;
        var needed = 2;
        while (true)
        {
            var count = await ReadAsync(form.AsMemory(have, needed - have), cancellationToken);
            if (count == 0)
            {
                return have == 0 ? null : throw new ShadowsocksFault("the stream was cut within the target's address");
            }

            have += count;
            if (SocksAddress.TryRead(form.AsSpan(0, have), network, out var address, out var consumed))
            {
                return address;
            }

            needed = consumed < 0
                ? throw new ShadowsocksFault("the target's address has an unknown type, or control characters")
                : have < 2 ? 2 : SocksAddress.LengthFrom(form[0], form[1]);
        }
    }

    /// <summary>Reads on and drops what comes, until the peer has ended its direction or the token is cancelled.</summary>
    public ValueTask DrainAsync(CancellationToken cancellationToken) => _reader.DrainAsync(cancellationToken);

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => _inner.CompleteWritesAsync(cancellationToken);

    /// <inheritdoc/>
    public override void Abort(Exception? reason = null) => _inner.Abort(reason);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _reader.Close();
        if (!_reader.LeftAsync().IsCompleted && _inner.TryGetRawSocket(out _))
        {
            // The pending read sees the end first: disposing a socket under it would reset the connection and drop what was sent.
            StreamEnd.Of(_inner);
            await _reader.LeftAsync();
        }

        await _inner.DisposeAsync();
        _writer.Dispose();
        await base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _reader.Close();
            _inner.Dispose();
            _writer.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadFirstAsync(Memory<byte> buffer, string node, CancellationToken cancellationToken)
    {
        try
        {
            return await _reader.ReadAsync(buffer, cancellationToken);
        }
        catch (ShadowsocksFault e) when (!_reader.HasOpened)
        {
            throw new FlowException(FlowLayer.Handshake, FlowError.Failed, e.Message, e) { Node = node };
        }
    }
}
