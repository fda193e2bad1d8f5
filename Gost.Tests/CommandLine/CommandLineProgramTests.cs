using System.Net;
using Gost.Api.CommandLine;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.CommandLine;

public sealed class CommandLineProgramTests : IDisposable
{
    private const string Yaml = "services:\n  - name: web\n    addr: :8080\n    handler:\n      type: tcp\n    listener:\n      type: tcp\n";

    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();
    private readonly Dictionary<string, string> _variables = [];
    private readonly TempFolder _folder = new();
    private ProgramOptions? _served;

    public void Dispose()
    {
        _folder.Dispose();
        _out.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task Run_Version_PrintsIt()
    {
        Assert.Equal(0, await RunAsync("-V"));
        Assert.Matches(@"^gost \d+\.\d+\.\d+ \(\.NET 10\.\S+ linux/\w+\)\n$", _out.ToString());
        Assert.Empty(_error.ToString());
    }

    [Fact]
    public async Task Run_Help_PrintsEveryFlagOnStandardOutput()
    {
        Assert.Equal(0, await RunAsync("-h"));
        foreach (var flag in (string[])["-L <URL>", "-F <URL>", "-C <SRC>", "-O <FMT>", "-DD", "-api <ADDR>", "-metrics <ADDR>", "-R <DUR>", "-db <FILE>", "-drain <DUR>", "-lane <NAME>", "validate", "healthcheck"])
        {
            Assert.Contains(flag, _out.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Run_UnknownFlag_PrintsUsageAndExitsWith2()
    {
        Assert.Equal(2, await RunAsync("-I", "eth0"));
        Assert.StartsWith("gost: flag provided but not defined: -I\n", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("-L <URL>", _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_out.ToString());
    }

    [Theory]
    [InlineData("yaml", "services:\n  - name: service-0\n")]
    [InlineData("text", "services:\n  - name: service-0\n")]
    [InlineData("json", "{\n  \"services\": [\n    {\n      \"name\": \"service-0\"")]
    public async Task Run_OutputFlag_PrintsTheConfiguration(string format, string start)
    {
        Assert.Equal(0, await RunAsync("-L", "tcp://:8080", "-O", format));
        Assert.StartsWith(start, _out.ToString(), StringComparison.Ordinal);
        Assert.Null(_served);
    }

    [Fact]
    public async Task Run_OutputOfStoreMode_PrintsWhatTheSourcesSay()
    {
        Assert.Equal(0, await RunAsync("-api", ":18080", "-O", "yaml"));
        Assert.Equal("services: []\napi:\n  addr: :18080\n", _out.ToString());
    }

    [Fact]
    public async Task Run_UnusableUrl_ExitsWith1AndNamesAllFaults()
    {
        Assert.Equal(1, await RunAsync("-L", "tcp://:http", "-L", "foo://:1"));
        Assert.Equal(2, _error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Null(_served);
    }

    [Fact]
    public async Task Run_Definitions_AreMergedLeftToRightThenCommandLine()
    {
        var first = _folder.Write("a.yaml", Yaml + "log:\n  level: warn\napi:\n  addr: :1\n");
        var second = _folder.Write("b.json", """{"services":[{"name":"dns","addr":":53"}],"api":{"addr":":2"}}""");

        Assert.Equal(0, await RunAsync("-C", first, "-C", second, "-C", """{"chains":[{"name":"c"}]}""", "-L", "tcp://:9"));

        Assert.Equal(["web", "dns", "service-0"], _served?.Definitions?.Services.Select(static x => x.Name));
        Assert.Equal(["c"], _served?.Definitions?.Chains.Select(static x => x.Name));
        Assert.Equal((":2", "warn"), (_served?.Api?.Addr, _served?.Log?.Level));
    }

    [Fact]
    public async Task Load_ChangedFile_IsReadAgain()
    {
        var file = _folder.Write("a.yaml", Yaml);
        Assert.Equal(0, await RunAsync("-C", file));

        _folder.Write("a.yaml", Yaml.Replace(":8080", ":8081", StringComparison.Ordinal));

        Assert.NotNull(_served?.Loader);
        Assert.Equal(":8081", (await _served.Loader.LoadAsync(TestContext.Current.CancellationToken)).Services[0].Addr);
    }

    [Fact]
    public async Task Load_StandardInput_IsKeptForReloads()
    {
        Assert.Equal(0, await RunAsync("-C", "-"));

        Assert.NotNull(_served?.Loader);
        Assert.Equal("web", (await _served.Loader.LoadAsync(TestContext.Current.CancellationToken)).Services[0].Name);
    }

    [Fact]
    public async Task Run_SameNameTwice_IsRefusedWithBothPlaces()
    {
        var file = _folder.Write("a.yaml", Yaml.Replace("web", "service-0", StringComparison.Ordinal));

        Assert.Equal(1, await RunAsync("-C", file, "-L", "tcp://:1"));
        Assert.Contains($"the command line: /services/0/name: service 'service-0' is defined in {file} too", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.toml", "the extension '.toml' is not one of .json, .yaml, .yml")]
    [InlineData("a", "the extension '' is not one of .json, .yaml, .yml")]
    [InlineData("missing.yaml", "there is no such file")]
    public async Task Run_UnusableSource_IsRefused(string name, string message)
    {
        var path = name.StartsWith("missing", StringComparison.Ordinal) ? _folder.File(name) : _folder.Write(name, Yaml);

        Assert.Equal(1, await RunAsync("-C", path));
        Assert.Contains($"{path}: {message}", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TooLargeSource_IsRefused()
    {
        var path = _folder.Write("a.yaml", "#" + new string('x', SourceReader.MostOctets));

        Assert.Equal(1, await RunAsync("-C", path));
        Assert.Contains("larger than 10 MiB", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "application/json", "/x", """{"services":[{"name":"web"}]}""", 0)]
    [InlineData(200, "text/yaml", "/x.json", "services:\n  - name: web\n", 0)]
    [InlineData(200, "text/plain", "/x.json", """{"services":[{"name":"web"}]}""", 0)]
    [InlineData(200, null, "/x", "services:\n  - name: web\n", 0)]
    [InlineData(404, "text/yaml", "/x", "services:\n  - name: web\n", 1)]
    public async Task Run_UrlSource_IsFetched(int status, string? contentType, string path, string body, int exit)
    {
        Assert.Equal(exit, await RunAsync(Answer((HttpStatusCode)status, contentType, body), "-C", "http://user:secret@host" + path));

        Assert.Equal(exit == 0 ? "web" : null, _served?.Definitions?.Services[0].Name);
        Assert.DoesNotContain("secret", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Environment_LiesBetweenFilesAndFlags()
    {
        var file = _folder.Write("a.yaml", Yaml + "api:\n  addr: :1\n  pathPrefix: /p\nmetrics:\n  addr: :3\n");
        _variables["GOST_API"] = ":2";
        _variables["GOST_LOGGER_LEVEL"] = "error";
        _variables["GOST_METRICS"] = ":4";
        _variables["GOST_PROFILING"] = ":6060";

        Assert.Equal(0, await RunAsync("-C", file));
        Assert.Equal((":2", "/p", ":4", "error"), (_served?.Api?.Addr, _served?.Api?.PathPrefix, _served?.Metrics?.Addr, _served?.Log?.Level));
        Assert.Equal(":6060", _served?.Definitions?.Profiling?.Addr);

        Assert.Equal(0, await RunAsync("-C", file, "-api", ":5", "-metrics", ":7", "-DD"));
        Assert.Equal((":5", "", ":7", "trace"), (_served?.Api?.Addr, _served?.Api?.PathPrefix, _served?.Metrics?.Addr, _served?.Log?.Level));
    }

    [Theory]
    [InlineData("user", "pass", ":1", "user", "pass")]
    [InlineData(null, "pass", ":1", "admin", "pass")]
    [InlineData("user", "pass", "own:word@:1", "own", "word")]
    public async Task Run_CredentialsOfTheEnvironment_GuardTheApi(string? user, string password, string api, string expectedUser, string expectedPassword)
    {
        _variables["GOST_API_PASSWORD"] = password;
        if (user is not null)
        {
            _variables["GOST_API_USER"] = user;
        }

        Assert.Equal(0, await RunAsync("-api", api));
        Assert.Equal((expectedUser, expectedPassword), (_served?.Api?.Username, _served?.Api?.Password));
        Assert.True(_served?.IsStoreMode);
    }

    [Fact]
    public async Task Run_UserWithoutPassword_IsRefused()
    {
        _variables["GOST_API_USER"] = "user";

        Assert.Equal(1, await RunAsync("-api", ":1"));
        Assert.Contains("GOST_API_PASSWORD", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_CredentialsOfTheEnvironmentWithoutAddress_AreHandedOn()
    {
        _variables["GOST_API_USER"] = "user";
        _variables["GOST_API_PASSWORD"] = "pass";

        Assert.Equal(0, await RunAsync());
        Assert.Null(_served?.Api);
        Assert.Equal(("user", "pass"), (_served?.ApiCredentials?.Username, _served?.ApiCredentials?.Password));
    }

    [Fact]
    public async Task Run_InAGroup_PrefixesTargets()
    {
        _variables["_GOST_ID"] = "3";

        Assert.Equal(0, await RunAsync("-L", "tcp://:1/a:1"));
        Assert.Equal("go-3@target-0", _served?.Definitions?.Services[0].Forwarder?.Nodes[0].Name);
    }

    [Fact]
    public async Task Run_BareBesideADefaultFile_SaysThatItIsNotRead()
    {
        _folder.Write("gost.yml", Yaml);

        Assert.Equal(0, await RunAsync());
        Assert.Contains("gost.yml is not read", _error.ToString(), StringComparison.Ordinal);
        Assert.True(_served?.IsStoreMode);
    }

    [Fact]
    public async Task Validate_GoodFile_ExitsWith0()
    {
        Assert.Equal(0, await RunAsync("validate", "-C", _folder.Write("a.yaml", Yaml)));
        Assert.DoesNotContain("error", _out.ToString(), StringComparison.Ordinal);
        Assert.Null(_served);
    }

    [Fact]
    public async Task Validate_BrokenFiles_PrintsEveryFindingWithItsLine()
    {
        var first = _folder.Write("a.yaml", "services:\n  - name: web\n    adr: :8080\n    handler:\n      retries: many\n");
        var second = _folder.Write("b.yaml", "hops: 3\n");

        Assert.Equal(1, await RunAsync("validate", "-C", first, "-C", second));
        var lines = _out.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(lines, x => x.StartsWith($"error: {first}:3: /services/0/adr: ", StringComparison.Ordinal) && x.EndsWith("(did you mean addr?)", StringComparison.Ordinal));
        Assert.Contains(lines, x => x.StartsWith($"error: {first}:5: /services/0/handler/retries: ", StringComparison.Ordinal));
        Assert.Contains(lines, x => x.StartsWith($"error: {second}:1: /hops: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Validate_RuleBrokenInTheSecondFile_NamesThatFileAndLine()
    {
        var first = _folder.Write("a.yaml", Yaml);
        var second = _folder.Write("b.yaml", Yaml.Replace("web", "x", StringComparison.Ordinal).Replace("addr: :8080", "addr: :80800", StringComparison.Ordinal));

        Assert.Equal(1, await RunAsync("validate", "-C", first, "-C", second));
        Assert.Contains($"error: {second}:3: /services/0/addr: ", _out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_Nothing_IsWrongUsage() => Assert.Equal(2, await RunAsync("validate"));

    [Theory]
    [InlineData(HttpStatusCode.OK, 0)]
    [InlineData(HttpStatusCode.ServiceUnavailable, 1)]
    public async Task HealthCheck_Api_DecidesTheExitCode(HttpStatusCode status, int exit) =>
        Assert.Equal(exit, await RunAsync(Answer(status, null, ""), "healthcheck", "-api", ":1"));

    [Fact]
    public async Task HealthCheck_DefinitionsWithoutApi_ExitsWith0() => Assert.Equal(0, await RunAsync("healthcheck", "-L", "tcp://:1"));

    [Fact]
    public async Task HealthCheck_NobodyThere_ExitsWith1()
    {
        Assert.Equal(1, await RunAsync("healthcheck", "-api", "0.0.0.0:1"));
        Assert.NotEmpty(_error.ToString());
    }

    private static Func<HttpMessageHandler> Answer(HttpStatusCode status, string? contentType, string body) =>
        () => new FixedAnswer(status, contentType, body);

    private Task<int> RunAsync(params string[] arguments) => RunAsync(static () => new SocketsHttpHandler(), arguments);

    private Task<int> RunAsync(Func<HttpMessageHandler> http, params string[] arguments)
    {
        CommandLineHost host = new()
        {
            Out = _out,
            Error = _error,
            OpenInput = static () => new MemoryStream("services:\n  - name: web\n"u8.ToArray()),
            Variable = x => _variables.GetValueOrDefault(x),
            HttpHandler = http,
            DefaultFolders = [_folder.Path],
        };
        return CommandLineProgram.RunAsync(
            arguments,
            (options, _) =>
            {
                _served = options;
                return Task.FromResult(0);
            },
            host,
            TestContext.Current.CancellationToken);
    }

    private sealed class FixedAnswer(HttpStatusCode status, string? contentType, string body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            StringContent content = new(body);
            content.Headers.ContentType = contentType is null ? null : new(contentType);
            return Task.FromResult(new HttpResponseMessage(status) { Content = content });
        }
    }
}
