using System.Buffers.Binary;
using System.Security.Cryptography;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Kcp.Compression;
using Gost.Tests.Testing;
using Snappier;
using Xunit;

namespace Gost.Tests.Protocols.Kcp.Compression;

public sealed class CompressedStreamTests : IDisposable
{
    private const string Beginning = "ff060000734e61507059";

    private readonly BufferPool _buffers = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Assert.Equal(0, _buffers.Outstanding);

    [Fact]
    public async Task Write_ClientsFirstFrames_AreTheRecordedBytes()
    {
        FedStream inner = new();
        await using CompressedStream stream = new(inner, _buffers);
        await stream.WriteAsync(Convert.FromHexString("0100000003000000"), Token);
        await stream.WriteAsync(Convert.FromHexString("01021300030000000101000a020007017f000001660768656c6c6f"), Token);
        await stream.WriteAsync(Convert.FromHexString("01020a0003000000666f7277617264206d65"), Token);
        Assert.Equal(Beginning + "010c00004439ac2f0100000003000000", await inner.NextWriteAsync());
        Assert.Equal("011f0000873374a001021300030000000101000a020007017f000001660768656c6c6f", await inner.NextWriteAsync());
        Assert.Equal("01160000ab5c3c2001020a0003000000666f7277617264206d65", await inner.NextWriteAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(10)]
    [InlineData(1000)]
    public async Task Read_RecordedServer_CutAnywhere_GivesTheFrames(int piece)
    {
        var recorded = Convert.FromHexString(
            Beginning + "01150000cf810141" + "01020900030000000100000068656c6c6f" + "01160000ab5c3c20" + "01020a0003000000666f7277617264206d65" + "010c000042893c77"
            + "0101000003000000");
        await using CompressedStream stream = new(new FedStream(ends: true, recorded.Chunk(piece)), _buffers);
        Assert.Equal("01020900030000000100000068656c6c6f" + "01020a0003000000666f7277617264206d65" + "0101000003000000", Convert.ToHexStringLower(await ReadAllAsync(stream, 4096)));
    }

    [Theory]
    [InlineData(0, 4096)]
    [InlineData(1, 1)]
    [InlineData(100_000, 65536)]
    [InlineData(100_000, 777)]
    [InlineData(1_000_000, 131072)]
    public async Task Bytes_ThereAndBack_AreTheSame(int length, int readSize)
    {
        using DuplexPair pair = new();
        await using CompressedStream near = new(pair.Near, _buffers);
        await using CompressedStream far = new(pair.Far, _buffers);
        var bytes = new byte[length];
        RandomNumberGenerator.Fill(bytes.AsSpan(0, length / 2)); // the other half compresses well
        var reading = ReadAllAsync(far, readSize);
        await near.WriteAsync(bytes, Token);
        await near.CompleteWritesAsync(Token);
        Assert.Equal(bytes, await reading);

        // The other direction lives on.
        await far.WriteAsync("answer"u8.ToArray(), Token);
        await far.CompleteWritesAsync(Token);
        Assert.Equal("answer"u8.ToArray(), await ReadAllAsync(near, 16));
    }

    [Fact]
    public async Task Read_WrittenByAnotherImplementation_IsUnderstood()
    {
        using MemoryStream file = new();
        var bytes = new byte[300_000];
        new Random(5).NextBytes(bytes.AsSpan(100_000, 100_000));
        await using (SnappyStream other = new(file, System.IO.Compression.CompressionMode.Compress, leaveOpen: true))
        {
            await other.WriteAsync(bytes, Token);
        }

        await using CompressedStream stream = new(new FedStream(ends: true, file.ToArray().Chunk(1348)), _buffers);
        Assert.Equal(bytes, await ReadAllAsync(stream, 8192));
    }

    [Fact]
    public async Task Idle_HoldsNoBuffer()
    {
        FedStream inner = new();
        await using CompressedStream stream = new(inner, _buffers);
        inner.Feed(Beginning + "010c00004439ac2f0100000003000000");
        var buffer = new byte[100];
        Assert.Equal(8, await stream.ReadAsync(buffer, Token));
        var waiting = stream.ReadAsync(Memory<byte>.Empty, Token);
        Assert.Equal(0, _buffers.Outstanding);
        Assert.False(waiting.IsCompleted);
        inner.Feed("01160000ab5c3c2001020a0003000000666f7277617264206d65");
        Assert.Equal(0, await waiting);
        Assert.Equal(18, await stream.ReadAsync(buffer, Token));
    }

    [Theory]
    [InlineData("010c00004439ac2f0100000003000000", "does not begin")]
    [InlineData("ff060000734e61507058", "another format")]
    [InlineData("ff070000734e6150705900", "0xff has 7")]
    [InlineData(Beginning + "010c00004439ac2e0100000003000000", "checksum")]
    [InlineData(Beginning + "01050001" + "00000000", "0x01 has 65541")]
    [InlineData(Beginning + "00ffffff" + "00000000", "0x00 has 16777215")]
    [InlineData(Beginning + "01030000" + "000000", "0x01 has 3")]
    [InlineData(Beginning + "02010000" + "00", "unknown type 0x02")]
    [InlineData(Beginning + "00090000" + "00000000" + "ffffffff0f", "64 KiB")]
    [InlineData(Beginning + "00060000" + "00000000" + "8020", "cannot be decompressed")]
    [InlineData(Beginning + "010c00004439ac2f01000000", "ended inside")]
    public async Task Read_FormatViolated_Fails(string hex, string expected)
    {
        await using CompressedStream stream = new(new FedStream(ends: true, Convert.FromHexString(hex)), _buffers);
        var error = await Assert.ThrowsAsync<IOException>(() => ReadAllAsync(stream, 100_000));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_ChunksToSkip_AreSkipped()
    {
        var hex = Beginning + "fe050000" + "0000000000" + "80030000" + "aabbcc" + Beginning + "010c00004439ac2f0100000003000000" + "fe000000";
        await using CompressedStream stream = new(new FedStream(ends: true, Convert.FromHexString(hex).Chunk(3)), _buffers);
        Assert.Equal("0100000003000000", Convert.ToHexStringLower(await ReadAllAsync(stream, 100)));
    }

    [Fact]
    public async Task Dispose_WhileReading_GivesTheBuffersBack()
    {
        using DuplexPair pair = new();
        CompressedStream stream = new(pair.Near, _buffers);
        await pair.Far.WriteAsync(Convert.FromHexString(Beginning + "010c0000"), Token);
        var reading = stream.ReadAsync(new byte[100], Token).AsTask();
        await stream.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => reading);
    }

    [Fact]
    public void Checksum_IsTheMaskedOneOfTheFormat()
    {
        // The recorded chunk of a SYN.
        Assert.Equal(BinaryPrimitives.ReadUInt32LittleEndian(Convert.FromHexString("4439ac2f")), SnappyFraming.Checksum(Convert.FromHexString("0100000003000000")));
    }

    private static async Task<byte[]> ReadAllAsync(CompressedStream stream, int size)
    {
        using MemoryStream all = new();
        var buffer = new byte[size];
        while (await stream.ReadAsync(buffer, Token) is > 0 and var count)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }
}
