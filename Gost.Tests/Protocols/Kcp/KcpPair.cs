using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Gost.Engine.Abstractions;
using Gost.Engine.Catalog;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Config.Values;
using Gost.Engine.Layers.Sessions;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Kcp;
using Gost.Engine.Protocols.Mux;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Kcp;

/// <summary>A KCP listener and a dialer that shares its session, over loopback, with plain datagrams; what is accepted is a queue.</summary>
internal sealed class KcpPair : IInboundSink, IAsyncDisposable
{
    private readonly ServiceConfig _config;
    private readonly Channel<Inbound> _accepted = Channel.CreateUnbounded<Inbound>();
    private readonly SessionDialer _dialer;
    private CancellationTokenSource _stop = new();
    private KcpListener _listener;
    private Task _running = Task.CompletedTask;

    private KcpPair(KcpOptions options, string admission)
    {
        Transport = new KcpTransport(options, static () => new PlainCodec(), static x => x);
        _config = new ServiceConfig { Name = "s", Addr = "127.0.0.1:0", Admission = admission };
        _listener = CreateListener();
        _dialer = SmuxSession.CreateDialer(new KcpDialer(Transport, Engine.Services), options.Smux, Engine.Services);
    }

    public EngineParts Engine { get; } = new();

    public KcpTransport Transport { get; }

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!; // bound in StartAsync

    /// <summary>Where the dialer sends to: the listener, unless something stands between.</summary>
    public int? Port { get; set; }

    public bool IsOpen { get; set; } = true;

    public TrafficTotals Totals { get; } = new();

    /// <summary>Starts the listener; an admission that is named is not there, so nobody is admitted.</summary>
    public static async Task<KcpPair> StartAsync(KcpOptions? options = null, string admission = "")
    {
        KcpPair pair = new(options ?? new KcpOptions(), admission);
        await pair._listener.BindAsync(TestContext.Current.CancellationToken);
        pair._running = pair._listener.RunAsync(pair, pair._stop.Token);
        return pair;
    }

    /// <summary>Opens a stream; the listener hears of it with its first bytes.</summary>
    public ValueTask<DuplexStream> OpenAsync()
    {
        Target target = new(TargetNetwork.Udp, "127.0.0.1", Port ?? Address.Port);
        return _dialer.DialAsync(
            new NodeContext(target, true, null!, _ => new ValueTask<IDatagramChannel>(Connect(target.Port)), null!, null),
            TestContext.Current.CancellationToken);
    }

    /// <summary>The next stream that the listener has accepted.</summary>
    public ValueTask<Inbound> AcceptAsync() => _accepted.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public static SocketDatagramChannel Connect(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(IPAddress.Loopback, port);
        return new SocketDatagramChannel(socket);
    }

    public bool TryAccept(Inbound inbound) => _accepted.Writer.TryWrite(inbound);

    public void ReportFault(FlowException? fault)
    {
    }

    public void ReportFailure(FlowException failure)
    {
    }

    /// <summary>Puts another listener in the place of the one that runs, as a change of the service does.</summary>
    public async Task ReplaceListenerAsync()
    {
        var (before, running, stop) = (_listener, _running, _stop);
        (_listener, _stop) = (CreateListener(), new CancellationTokenSource());
        await _listener.BindAsync(TestContext.Current.CancellationToken);
        _running = _listener.RunAsync(this, _stop.Token);
        await stop.CancelAsync();
        await running;
        await before.DisposeAsync();
        stop.Dispose();
    }

    /// <summary>Ends the listener with its sessions.</summary>
    public async Task StopListeningAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await _listener.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopListeningAsync();
        await _dialer.DisposeAsync();
        await Engine.DisposeAsync();
        _stop.Dispose();
    }

    private KcpListener CreateListener()
    {
        MetadataReader metadata = new(ConfigMap<object?>.Empty, "");
        return new KcpListener(new ListenerBuildContext(_config, metadata, metadata, Engine.Services), Transport);
    }
}
