using Gost.Engine.Protocols.Auto;
using Gost.Engine.Protocols.Direct;
using Gost.Engine.Protocols.Forward;
using Gost.Engine.Protocols.Http;
using Gost.Engine.Protocols.Kcp;
using Gost.Engine.Protocols.Mux;
using Gost.Engine.Protocols.Quic;
using Gost.Engine.Protocols.Relay;
using Gost.Engine.Protocols.Remote;
using Gost.Engine.Protocols.Shadowsocks;
using Gost.Engine.Protocols.Socks;
using Gost.Engine.Protocols.Ssh;
using Gost.Engine.Protocols.Tcp;
using Gost.Engine.Protocols.Tls;
using Gost.Engine.Protocols.Udp;
using Gost.Engine.Protocols.WebSocket;

namespace Gost.Engine.Catalog;

/// <summary>The one list of what this build can run.</summary>
internal static class BuiltInProtocols
{
    /// <summary>A catalog of every module.</summary>
    public static ProtocolCatalog CreateCatalog() => new(
    [
        new TcpModule(),
        new ForwardModule(),
        new RemoteTcpModule(),
        new RawNodeModule(),
        new DirectModule(),
        new UdpModule(),
        new RemoteUdpModule(),
        new TlsModule(),
        new MuxModule(),
        new SshModule(),
        new WebSocketModule(),
        new SocksModule(),
        new HttpModule(),
        new RelayModule(),
        new KcpModule(),
        new QuicModule(),
        new AutoModule(),
        new ShadowsocksModule(),
    ]);
}
