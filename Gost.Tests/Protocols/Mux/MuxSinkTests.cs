using System.Net;
using System.Threading.Channels;
using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Mux;
using Gost.Tests.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Mux;

public sealed class MuxSinkTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly EngineParts _engine;
    private readonly DuplexPair _transport = new();
    private readonly Sink _sink = new();
    private readonly MuxSink _mux;
    private SmuxSession? _client;

    public MuxSinkTests()
    {
        _engine = new EngineParts(_time);
        _mux = new MuxSink("s", _sink, SmuxOptions.Default(1), _engine.Services);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TryAccept_StreamOpened_GoesToTheSinkWithTheTransportsAddresses()
    {
        var client = Connect();
        await using var near = await client.OpenStreamAsync(Token);
        await near.WriteAsync(new byte[3], Token);
        var flow = await _sink.Accepted.Reader.ReadAsync(Token);
        Assert.Equal("192.0.2.1:1", flow.Client.ToString());
        Assert.Equal("192.0.2.2:2", flow.Peer.ToString());
        Assert.Equal("192.0.2.3:3", flow.Local!.ToString());
        Assert.Equal(3, await flow.Stream!.ReadAsync(new byte[8], Token));
        Assert.Equal(1, _engine.Services.Descriptors.Pending);
        await flow.DisposeAsync();
        Assert.Equal(0, _engine.Services.Descriptors.Pending);
    }

    [Fact]
    public async Task TryAccept_SinkRefusesAStream_ItEndsAndOthersGoOn()
    {
        var client = Connect();
        _sink.Refuses = true;
        await using var refused = await client.OpenStreamAsync(Token);
        Assert.Equal(0, await refused.ReadAsync(new byte[1], Token));
        _sink.Refuses = false;
        await using var taken = await client.OpenStreamAsync(Token);
        await taken.WriteAsync(new byte[1], Token);
        var flow = await _sink.Accepted.Reader.ReadAsync(Token);
        await flow.DisposeAsync();
    }

    [Fact]
    public async Task Session_ServiceGone_EndsWithItsLastStream()
    {
        var client = Connect();
        await using var near = await client.OpenStreamAsync(Token);
        await near.WriteAsync(new byte[1], Token);
        var flow = await _sink.Accepted.Reader.ReadAsync(Token);
        _sink.IsOpen = false;
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(client.Completion.IsCompleted);
        Assert.Equal(1, _engine.Services.Sessions.Count);

        // The stream is served to its end.
        await flow.Stream!.WriteAsync(new byte[4], Token);
        Assert.Equal(4, await near.ReadAsync(new byte[8], Token));
        await near.DisposeAsync();
        await flow.DisposeAsync();
        await client.Completion;
        await Eventually.TrueAsync("the session is forgotten", TimeSpan.FromSeconds(10), () => _engine.Services.Sessions.Count == 0, Token);
    }

    [Fact]
    public async Task Session_ServiceGoneWithoutStreams_Ends()
    {
        var client = Connect();
        _sink.IsOpen = false;
        await AdvanceUntilAsync(client.Completion);
    }

    [Fact]
    public void TryAccept_ServiceGone_LeavesTheTransportToTheCaller()
    {
        _sink.IsOpen = false;
        Assert.False(_mux.TryAccept(Transport()));
        Assert.Equal(0, _engine.Services.Sessions.Count);
    }

    [Fact]
    public async Task Session_SilentWithoutKeepAlive_Dies()
    {
        Assert.True(_mux.TryAccept(Transport()));
        _time.Advance(TimeSpan.FromSeconds(30));
        await Eventually.TrueAsync("the session is forgotten", TimeSpan.FromSeconds(10), () => _engine.Services.Sessions.Count == 0, Token);
    }

    [Fact]
    public async Task Session_PeerSpeaksAnotherVersion_IsAFailureOfTheService()
    {
        Assert.True(_mux.TryAccept(Transport()));
        await _transport.Near.WriteAsync(Convert.FromHexString("0200000003000000"), Token);
        var failure = await _sink.Failures.Reader.ReadAsync(Token);
        Assert.Equal(FlowLayer.Handshake, failure.Layer);
        Assert.Contains("mux.version", failure.Message, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_client?.DisposeAsync().AsTask() ?? Task.CompletedTask, _engine.Services.Sessions.DisposeAsync().AsTask());
        _transport.Dispose();
        await _engine.DisposeAsync();
    }

    private SmuxSession Connect()
    {
        Assert.True(_mux.TryAccept(Transport()));
        return _client = SmuxSession.Start(_transport.Near, SmuxOptions.Default(1), isClient: true, _engine.Services);
    }

    private Inbound Transport() => new(_transport.Far, IPEndPoint.Parse("192.0.2.1:1"), IPEndPoint.Parse("192.0.2.2:2"), IPEndPoint.Parse("192.0.2.3:3"));

    private Task AdvanceUntilAsync(Task task) => Eventually.TrueAsync("it ends", TimeSpan.FromSeconds(10), () =>
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        return task.IsCompleted;
    }, Token);

    private sealed class Sink : IInboundSink
    {
        public Channel<Inbound> Accepted { get; } = Channel.CreateUnbounded<Inbound>();

        public bool Refuses { get; set; }

        public bool IsOpen { get; set; } = true;

        public TrafficTotals Totals { get; } = new();

        public bool TryAccept(Inbound inbound) => IsOpen && !Refuses && Accepted.Writer.TryWrite(inbound);

        public Channel<FlowException> Failures { get; } = Channel.CreateUnbounded<FlowException>();

        public void ReportFault(FlowException? fault) => Assert.Null(fault);

        public void ReportFailure(FlowException failure) => Failures.Writer.TryWrite(failure);
    }
}
