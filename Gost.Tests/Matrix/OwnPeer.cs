using System.Globalization;
using System.Net;
using Gost.Engine.Config.CommandLine;
using Gost.Engine.ControlPlane;
using Gost.Engine.Runtime;
using Gost.Tests.ControlPlane;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Matrix;

/// <summary>An engine of ours in this process, fed with what the command line converter makes; it may name the files of tests.</summary>
internal sealed class OwnPeer : IPeer
{
    private readonly List<LiveEngine> _engines = [];

    /// <summary>The engines that were started, in order.</summary>
    public IReadOnlyList<LiveEngine> Engines => _engines;

    /// <inheritdoc/>
    public async Task<int> StartAsync(string listen, params string[] forwards)
    {
        // Port 0 in a UDP bind over socks5 asks for an association, which nobody outside can send to (spec/wire/socks5.md section 6.1).
        var port = listen.StartsWith("rudp:", StringComparison.Ordinal) ? Ports.Free() : 0;
        List<string> arguments = ["-L", listen.Replace("{port}", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)];
        foreach (var forward in forwards)
        {
            arguments.AddRange(["-F", forward]);
        }

        var document = CommandLineConverter.ConvertArguments(arguments);
        var engine = await LiveEngine.StartAsync(options: new EngineOptions { FilesFolder = Path.GetTempPath() });
        _engines.Add(engine);
        await engine.ApplyAsync(new ImportDocument(document, Replace: true));
        var name = document.Services[0].Name;
        await Eventually.TrueAsync(
            listen,
            TimeSpan.FromSeconds(15),
            () => engine.Control.GetStatus(name) is { State: ServiceState.Ready } status && IPEndPoint.TryParse(status.Addr, out var address) && address.Port > 0,
            TestContext.Current.CancellationToken);
        return engine.Port(name);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var engine in Enumerable.Reverse(_engines))
        {
            await engine.DisposeAsync();
        }
    }
}
