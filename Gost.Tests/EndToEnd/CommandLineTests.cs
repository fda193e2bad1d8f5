using System.Net.Sockets;
using Gost.Tests.Testing;
using Gost.Tests.Testing.Lanes;
using Xunit;

namespace Gost.Tests.EndToEnd;

[Collection(ProgramsCollection.Name)]
[BothLanes]
public sealed class CommandLineTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task Print_PortRange_GivesYamlOnStdoutAndNothingElse()
    {
        using var folder = new TempFolder();

        var result = await GostProcess.RunAsync(folder, Token, "-L", "tcp://:8000-8001/192.168.1.1:8000-8010", "-O", "yaml");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(
            """
            services:
              - name: service-0
                addr: :8000
                handler:
                  type: tcp
                listener:
                  type: tcp
                forwarder:
                  nodes:
                    - name: target-0
                      addr: 192.168.1.1:8000
              - name: service-1
                addr: :8001
                handler:
                  type: tcp
                listener:
                  type: tcp
                forwarder:
                  nodes:
                    - name: target-1
                      addr: 192.168.1.1:8001

            """,
            result.Output);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact(Timeout = 60_000)]
    public async Task Print_PageDocumentAsPrinted_IsKeptWithItsSlips()
    {
        using var folder = new TempFolder();
        var file = folder.Write("page.yaml", PortForwardingDocuments.ChainBelowListener(":8080", ":8443", "tls"));

        var result = await GostProcess.RunAsync(folder, Token, "-C", file, "-O", "yaml");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("    listener:\n      type: tcp\n      chain: chain-0\n", result.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Validate_DocumentWithFaultsOfReadingAndOfMeaning_NamesAllAndFails()
    {
        using var folder = new TempFolder();
        var file = folder.Write(
            "bad.yaml",
            """
            services:
              - name: a
                addr: :8080
                handlr: {type: tcp}
                listener: {type: tcp, metadata: 5}
                forwarder: {nodes: [{name: t, addr: "1.2.3.4:99999"}]}
              - name: b
                addr: :53
                handler: {type: udp}
                listener: {type: udp, metadata: {ttl: soon}}
            """);

        var result = await GostProcess.RunAsync(folder, Token, "validate", "-C", file);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("handlr", result.Output, StringComparison.Ordinal);
        Assert.Contains("/services/0/listener/metadata", result.Output, StringComparison.Ordinal);
        Assert.Contains("/services/1/listener/metadata/ttl", result.Output, StringComparison.Ordinal);
        Assert.Contains("/services/0/forwarder/nodes/0/addr", result.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Validate_PageDocument_Passes()
    {
        using var folder = new TempFolder();
        var file = folder.Write(
            "page.yaml", PortForwardingDocuments.TcpThreeTargets(":8080", "192.168.1.1:80", "192.168.1.2:80", "192.168.1.3:8080"));

        var result = await GostProcess.RunAsync(folder, Token, "validate", "-C", file);

        Assert.Equal(0, result.ExitCode);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(2, "-unknown")]
    [InlineData(1, "-L", "foo://:8080")]
    [InlineData(1, "-C", "/does/not/exist.yaml")]
    [InlineData(0, "-V")]
    public async Task ExitCode_SaysWhatHappened(int code, params string[] arguments)
    {
        using var folder = new TempFolder();

        var result = await GostProcess.RunAsync(folder, Token, arguments);

        Assert.Equal(code, result.ExitCode);
        Assert.Equal(code == 0, result.Output.StartsWith("gost ", StringComparison.Ordinal));
        Assert.Equal(code != 0, result.Error.Length > 0);
    }

    [Fact(Timeout = 60_000)]
    public async Task HealthCheck_OfARunningAndAStoppedProgram_ZeroAndOne()
    {
        using var folder = new TempFolder();
        string api;
        await using (var gost = await GostProcess.StartStoreAsync(folder, Token))
        {
            api = $"127.0.0.1:{gost.ApiPort}";
            Assert.Equal(0, (await GostProcess.RunAsync(folder, Token, "healthcheck", "-api", api)).ExitCode);
        }

        Assert.Equal(1, (await GostProcess.RunAsync(folder, Token, "healthcheck", "-api", api)).ExitCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task Groups_EachRunsInAProcessOfItsOwn_AndAllEndWithTheFirst()
    {
        await using var a = TcpTarget.Echo("a");
        await using var b = TcpTarget.Echo("b");
        using var folder = new TempFolder();
        var ports = Ports.Free(2);
        await using var gost = GostProcess.Start(
            folder, null, "-L", $"tcp://:{ports}/{a.Address}", "--", "-L", $"tcp://:{ports + 1}/{b.Address}");
        await gost.WaitListeningAsync(ports, ProtocolType.Tcp, Token);
        await gost.WaitListeningAsync(ports + 1, ProtocolType.Tcp, Token);

        Assert.Equal("a", await LoopbackClient.GreetingAsync(ports, Token));
        Assert.Equal("b", await LoopbackClient.GreetingAsync(ports + 1, Token));
        Assert.Equal(0, await gost.StopAsync(Token));
        Assert.False(SocketTables.IsTaken(ports, ProtocolType.Tcp));
        Assert.False(SocketTables.IsTaken(ports + 1, ProtocolType.Tcp));
    }
}
