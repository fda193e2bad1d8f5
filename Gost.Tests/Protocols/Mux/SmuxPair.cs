using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Mux;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Mux;

/// <summary>Two sessions over one in-memory connection.</summary>
internal sealed class SmuxPair : IAsyncDisposable
{
    private readonly EngineParts _engine;
    private readonly DuplexPair _transport = new();

    public SmuxPair(int version, TimeProvider? time = null, Func<SmuxOptions, SmuxOptions>? change = null)
    {
        _engine = new EngineParts(time);
        var options = SmuxOptions.Default(version);
        options = change?.Invoke(options) ?? options;
        Client = SmuxSession.Start(_transport.Near, options, isClient: true, _engine.Services);
        Server = SmuxSession.Start(_transport.Far, options, isClient: false, _engine.Services);
    }

    public SmuxSession Client { get; }

    public SmuxSession Server { get; }

    public Gost.Engine.Net.BufferPool Buffers => _engine.Services.Buffers;

    /// <summary>A stream that the client opened and the server accepted; its first byte has passed.</summary>
    public async Task<(DuplexStream Near, DuplexStream Far)> OpenAsync()
    {
        var token = TestContext.Current.CancellationToken;
        var near = await Client.OpenStreamAsync(token);
        await near.WriteAsync(new byte[1], token);
        var far = await Server.AcceptStreamAsync(token);
        Assert.NotNull(far);
        await far.ReadExactlyAsync(new byte[1], token);
        return (near, far);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Client.DisposeAsync().AsTask(), Server.DisposeAsync().AsTask());
        _transport.Dispose();
        await _engine.DisposeAsync();
    }
}
