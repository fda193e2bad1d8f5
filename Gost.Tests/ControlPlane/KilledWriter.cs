using System.Globalization;
using System.Runtime.CompilerServices;
using Gost.Engine;
using Gost.Engine.Config;
using Gost.Engine.Config.Values;
using Gost.Engine.ControlPlane;
using Gost.Engine.Runtime;
using Gost.Persistence;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;

namespace Gost.Tests.ControlPlane;

/// <summary>
/// What a child process of the tests does when the variable names a store: it changes definitions as fast as they are acknowledged and
/// says so after each, until it is killed.
/// </summary>
internal static class KilledWriter
{
    public const string Variable = "GOST_TEST_WRITER";
    public const int Names = 20;

    /// <summary>The key of the metadata that holds the number of the change.</summary>
    public const string Number = "number";

    // Before the test runner's own entry point, which this process is not to reach. Other threads wait for an initializer when they come
    // to code of this assembly, so everything of it stays on this thread.
    [ModuleInitializer]
    internal static void Run()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path)
        {
            Write(path);
            Environment.Exit(0);
        }
    }

    private static void Write(string path)
    {
        var engine = GostEngine.Create(
            SqliteStores.Create($"Data Source={path}", TimeProvider.System), new EngineOptions(), NullLoggerFactory.Instance, TimeProvider.System);
        engine.StartAsync(null, CancellationToken.None).GetAwaiter().GetResult();

        // Not the console's stream, which would not notice that nobody listens any more.
        using StreamWriter output = new(new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write)) { AutoFlush = true };
        for (var revision = engine.ControlPlane.Desired.Revision; ; revision++)
        {
            var name = $"service-{revision % Names}";
            var exists = engine.ControlPlane.Desired.Find(ConfigKind.Services, name) is not null;
            var number = (revision + 1).ToString(CultureInfo.InvariantCulture);
            var service = EngineFixture.Service(name, "127.0.0.1:0") with
            {
                Metadata = new ConfigMap<object?>([new(Number, number), new("ballast", new string('x', 2000))]),
            };
            ChangeRequest change = exists
                ? new ReplaceObject(ConfigKind.Services, name, service)
                : new CreateObject(ConfigKind.Services, service);
            var result = engine.ControlPlane.ApplyAsync(change, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            output.WriteLine(result is ChangeApplied ? $"{name} {number}" : result.ToString());
        }
    }
}
