using System.Text;
using BenchmarkDotNet.Attributes;
using Gost.Engine.Config;
using Gost.Engine.Config.CommandLine;

namespace Gost.Benchmarks.Micro;

/// <summary>Reading documents and command lines.</summary>
[MemoryDiagnoser]
public class ConfigBenchmarks
{
    private const int Services = 1000;

    private readonly string[] _commandLine = ["-L", "tcp://:8080/192.168.1.1:80,192.168.1.2:80?strategy=round&maxFails=1&failTimeout=30s"];
    private byte[] _json = [];
    private byte[] _yaml = [];

    [GlobalSetup]
    public void Setup()
    {
        var document = CommandLineConverter.ConvertArguments(["-L", $"tcp://:20000-{20_000 + Services - 1}/192.0.2.1:80?idleTimeout=60s"]);
        _json = Encoding.UTF8.GetBytes(ConfigWriter.Write(document, ConfigFormat.Json));
        _yaml = Encoding.UTF8.GetBytes(ConfigWriter.Write(document, ConfigFormat.Yaml));
    }

    [Benchmark]
    public object? Json1000Services() => ConfigReader.ReadDocument(_json, ConfigFormat.Json).Value;

    [Benchmark]
    public object? Yaml1000Services() => ConfigReader.ReadDocument(_yaml, ConfigFormat.Yaml).Value;

    [Benchmark]
    public object CommandLine() => CommandLineConverter.ConvertArguments(_commandLine);
}
