using Gost.Tests.Protocols.Socks;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.Interop;

/// <summary>The Python module socks (Debian: python3-socks) as the client of our service; it is the one that speaks UDP ASSOCIATE.</summary>
[BothLanes]
public sealed class PythonSocksTests
{
    // Debian's own interpreter: another one on the path has other modules.
    private const string Python = "/usr/bin/python3";

    private const string Script = """
        import socket, socks, sys
        port, target, user, password = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] or None, sys.argv[4] or None
        s = socks.socksocket(socket.AF_INET, socket.SOCK_DGRAM)
        s.settimeout(20)
        s.set_proxy(socks.SOCKS5, "127.0.0.1", port, username=user, password=password)
        for host in ("127.0.0.1", "localhost"):
            s.sendto(b"over " + host.encode(), (host, target))
            data, source = s.recvfrom(4096)
            print(data.decode(), source[0], source[1])
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Associate_ThroughOurService_GetsTheAnswers(bool auth)
    {
        Assert.SkipUnless(
            File.Exists(Python) && await ProgramOutput.RunAsync(Python, ["-c", "import socks"], Token) is { ExitCode: 0 }, "python3-socks is not installed");
        await using EngineParts parts = new();
        await using UdpTarget target = new("a");
        await using var service = await Socks5ServiceTests.StartAsync(parts, SocksParts.Service("socks5", auth ? SocksParts.User : null, ("udp", true)));

        var result = await ProgramOutput.RunAsync(
            Python, ["-c", Script, $"{service.Port}", $"{target.Port}", auth ? "u" : "", auth ? "p" : ""], Token);

        Assert.Equal("", result.Error);
        Assert.Equal($"a:1:over 127.0.0.1 127.0.0.1 {target.Port}\na:1:over localhost 127.0.0.1 {target.Port}\n", result.Output);
    }
}
