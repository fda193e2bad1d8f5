using System.Net;
using System.Text;
using Gost.Engine.Abstractions;
using Gost.Engine.Layers.ProxyProtocol;
using Gost.Engine.Net;
using Gost.Tests.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Layers.ProxyProtocol;

public sealed class ProxyHeaderReaderTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private readonly BufferPool _buffers = new();
    private SocketPair _pair = null!; // made in InitializeAsync

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _pair = await SocketPair.CreateAsync(Token);

    public ValueTask DisposeAsync()
    {
        _pair.Dispose();
        Assert.Equal(0, _buffers.Outstanding);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Read_HeaderInOnePiece_LeavesARawSocketWithTheRest(int version)
    {
        IPEndPoint source = IPEndPoint.Parse("192.0.2.1:1234"), destination = IPEndPoint.Parse("198.51.100.2:80");
        await _pair.Far.SendAsync((byte[])[.. ProxyHeaderWriter.Write(version, source, destination), .. "rest"u8], Token);

        var (stream, header) = await ReadAsync();

        Assert.Equal(new ProxyHeader(source, destination), header);
        Assert.True(stream.TryGetRawSocket(out _));
        Assert.Equal("rest", await ReadTextAsync(stream));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Read_HeaderByteByByte_IsRead(int version)
    {
        var source = IPEndPoint.Parse("192.0.2.1:1234");
        var reading = ReadAsync();
        foreach (var b in ProxyHeaderWriter.Write(version, source, source))
        {
            await _pair.Far.SendAsync(new[] { b }, Token);
        }

        await _pair.Far.SendAsync("rest"u8.ToArray(), Token);
        var (stream, header) = await reading;
        Assert.Equal(source, header?.Source);
        Assert.Equal("rest", await ReadTextAsync(stream));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1")]
    [InlineData("PROGRAM")]
    public async Task Read_NoHeader_EveryByteComesThrough(string text)
    {
        var reading = ReadAsync();
        await _pair.Far.SendAsync(Encoding.ASCII.GetBytes(text[..3]), Token);
        await _pair.Far.SendAsync(Encoding.ASCII.GetBytes(text[3..]), Token);
        _pair.Far.Shutdown(System.Net.Sockets.SocketShutdown.Send);

        var (stream, header) = await reading;

        Assert.Null(header);
        using MemoryStream all = new();
        await stream.CopyToAsync(all, Token);
        Assert.Equal(text, Encoding.ASCII.GetString(all.ToArray()));
    }

    [Fact]
    public async Task Read_ClientSaysNothing_IsLetThroughAfterTheTimeout()
    {
        var reading = ReadAsync();
        _time.Advance(ProxyHeaderReader.Timeout);
        var (stream, header) = await reading;
        Assert.Null(header);
        await stream.WriteAsync("hello"u8.ToArray(), Token);
        Assert.Equal(5, await _pair.Far.ReceiveAsync(new byte[8], Token));
    }

    [Fact]
    public async Task Read_HalfAHeader_IsRefusedAfterTheTimeout()
    {
        await _pair.Far.SendAsync("PROXY TCP4 1.2."u8.ToArray(), Token);
        var reading = ReadAsync();
        await Eventually.TrueAsync("bytes taken", TimeSpan.FromSeconds(30), () => _pair.Near.Available == 0, Token);
        _time.Advance(ProxyHeaderReader.Timeout);
        await Assert.ThrowsAsync<FlowException>(() => reading);
    }

    [Fact]
    public async Task Read_BrokenHeader_IsRefused()
    {
        await _pair.Far.SendAsync("PROXY TCP4 nonsense\r\n"u8.ToArray(), Token);
        await Assert.ThrowsAsync<FlowException>(ReadAsync);
    }

    private Task<(DuplexStream Stream, ProxyHeader? Header)> ReadAsync() =>
        ProxyHeaderReader.ReadAsync(new SocketDuplexStream(_pair.Near), _buffers, _time, Token).AsTask();

    private static async Task<string> ReadTextAsync(DuplexStream stream)
    {
        var buffer = new byte[4];
        await stream.ReadExactlyAsync(buffer, Token);
        return Encoding.ASCII.GetString(buffer);
    }
}
