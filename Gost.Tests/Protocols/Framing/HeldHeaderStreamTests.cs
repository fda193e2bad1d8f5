using System.Text;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Framing;
using Gost.Tests.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Framing;

public sealed class HeldHeaderStreamTests
{
    private static readonly TimeSpan Hold = TimeSpan.FromMilliseconds(50);
    private readonly FakeTimeProvider _time = new();
    private readonly BufferPool _buffers = new();
    private readonly FedStream _inner = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FirstWrite_GoesOutWithTheHeaderInOne()
    {
        await using var stream = Create();

        await stream.WriteAsync("hello"u8.ToArray(), Token);
        await stream.WriteAsync("again"u8.ToArray(), Token);
        _time.Advance(Hold);

        Assert.Equal("HEADhello", await NextAsync());
        Assert.Equal("again", await NextAsync());
        Assert.False(_inner.Writes.TryRead(out _));
        Assert.Equal(0, _buffers.Outstanding);
    }

    [Fact]
    public async Task Silence_SendsTheHeaderAlone()
    {
        await using var stream = Create();
        _time.Advance(Hold - TimeSpan.FromMilliseconds(1));
        Assert.False(_inner.Writes.TryRead(out _));

        _time.Advance(TimeSpan.FromMilliseconds(1));
        await stream.WriteAsync("hello"u8.ToArray(), Token);

        Assert.Equal("HEAD", await NextAsync());
        Assert.Equal("hello", await NextAsync());
    }

    [Fact]
    public async Task CompleteWrites_SendsTheHeaderFirst()
    {
        await using var stream = Create();

        await stream.CompleteWritesAsync(Token);

        Assert.Equal("HEAD", await NextAsync());
        Assert.True(_inner.Completed.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Dispose_SendsNothingAnyMore()
    {
        var stream = Create();

        await stream.DisposeAsync();
        _time.Advance(Hold);

        Assert.True(_inner.IsDisposed);
        Assert.False(_inner.Writes.TryRead(out _));
    }

    [Fact]
    public async Task RawSocket_IsGivenOnceTheHeaderIsOut()
    {
        using var pair = await SocketPair.CreateAsync(Token);
        await using HeldHeaderStream stream = new(new SocketDuplexStream(pair.Near), "HEAD"u8.ToArray(), Hold, _time, _buffers);
        Assert.False(stream.TryGetRawSocket(out _));

        await stream.WriteAsync("hello"u8.ToArray(), Token);

        Assert.Same(pair.Near, RawSockets.Of(stream));
    }

    private async Task<string> NextAsync() => Encoding.ASCII.GetString(await _inner.Writes.ReadAsync(Token));

    private HeldHeaderStream Create() => new(_inner, "HEAD"u8.ToArray(), Hold, _time, _buffers);
}
