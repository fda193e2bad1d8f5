using System.Text;
using Gost.Api.CommandLine;
using Gost.Api.Hosting;
using Gost.Engine.Config.Model;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Gost.Tests.Api;

public sealed class AccessTests
{
    private static (string, string) Basic(string user, string password) => ("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    [Theory]
    [InlineData("/config")]
    [InlineData("/config/services")]
    [InlineData("/config/nope")]
    [InlineData("/metrics")]
    public async Task Protected_WithoutCredentials_Is401InGostsShape(string path)
    {
        await using var host = await ApiHost.StartAsync(static x => x with { Username = "u", Password = "p" });
        var (status, body, response) = await host.GetAsync(path);
        Assert.Equal((401, 401, "Unauthorized"), (status, (int?)body["code"], (string?)body["msg"]));
        Assert.Equal("Basic", response.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Theory]
    [InlineData("u", "p", 200)]
    [InlineData("u", "q", 401)]
    [InlineData("v", "p", 401)]
    [InlineData("", "", 401)]
    public async Task Protected_WithCredentials_ComparesBoth(string user, string password, int expected)
    {
        await using var host = await ApiHost.StartAsync(static x => x with { Username = "u", Password = "p" });
        Assert.Equal(expected, (await host.GetAsync("/config", Basic(user, password))).Status);
    }

    [Fact]
    public async Task Auther_AndCredentials_EitherAccepts()
    {
        await using var host = await ApiHost.StartAsync(static x => x with { Username = "u", Password = "p", Auther = "team" });
        host.Plane.Auther = static (name, user, password) => (name, user, password) == ("team", "a", "b");
        Assert.Equal(200, (await host.GetAsync("/config", Basic("u", "p"))).Status);
        Assert.Equal(200, (await host.GetAsync("/config", Basic("a", "b"))).Status);
        Assert.Equal(401, (await host.GetAsync("/config", Basic("a", "p"))).Status);
    }

    [Fact]
    public async Task WithoutConfiguredCredentials_AnAuthorizationHeaderIsIgnored()
    {
        await using var host = await ApiHost.StartAsync();
        Assert.Equal(200, (await host.GetAsync("/config", Basic("", ""))).Status);
        Assert.Equal(200, (await host.GetAsync("/config", ("Authorization", "Bearer x"))).Status);
    }

    [Theory]
    [InlineData("/healthz/live")]
    [InlineData("/healthz/ready")]
    [InlineData("/swagger")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/docs/swagger.yaml")]
    public async Task Public_NeedsNoCredentials(string path)
    {
        await using var host = await ApiHost.StartAsync(static x => x with { Username = "u", Password = "p" });
        Assert.Equal(200, (await host.GetAsync(path)).Status);
    }

    [Theory]
    [InlineData("http://localhost:5173", 200)]
    [InlineData("http://127.0.0.1:80", 200)]
    [InlineData("http://[::1]:9", 200)]
    [InlineData("https://ui.example.org", 200)]
    [InlineData("https://evil.example", 403)]
    [InlineData("http://localhost.evil.example", 403)]
    [InlineData("null", 403)]
    public async Task Origin_OfLoopbackOrAllowed_MayCall(string origin, int expected)
    {
        await using var host = await ApiHost.StartAsync(static x => x with { AllowedOrigins = ["https://ui.example.org"] });
        var (status, body, response) = await host.GetAsync("/config", ("Origin", origin));
        Assert.Equal(expected, status);
        if (expected == 200)
        {
            Assert.Equal(origin, response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        }
        else
        {
            Assert.Equal(40300, (int?)body["code"]);
            Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
        }
    }

    [Fact]
    public async Task Origin_SameAsHost_MayCall()
    {
        await using var host = await ApiHost.StartAsync(static x => x with { Username = "u", Password = "p" });
        Assert.Equal(200, (await host.GetAsync("/config", ("Origin", "http://gost.example:1"), ("Host", "gost.example:1"), Basic("u", "p"))).Status);
        Assert.Equal(200, (await host.GetAsync("/config", ("Origin", "https://gost.example"), ("Host", "gost.example"), Basic("u", "p"))).Status);
        Assert.Equal(403, (await host.GetAsync("/config", ("Origin", "http://gost.example:2"), ("Host", "gost.example:1"), Basic("u", "p"))).Status);
    }

    [Fact]
    public async Task Preflight_IsAnsweredBeforeAuthentication()
    {
        await using var host = await ApiHost.StartAsync(static x => x with { Username = "u", Password = "p" });
        var (status, _, response) = await host.SendAsync(
            HttpMethod.Options, "/config/services", headers: [("Origin", "http://localhost:1"), ("Access-Control-Request-Method", "POST")]);
        Assert.Equal(204, status);
        var allowed = response.Headers.GetValues("Access-Control-Allow-Headers").Single();
        Assert.Contains("Authorization", allowed);
        Assert.Contains("Content-Type", allowed);
        Assert.Contains("PUT", response.Headers.GetValues("Access-Control-Allow-Methods").Single());
        Assert.True(response.Headers.Contains("Access-Control-Max-Age"));
        Assert.Equal("true", response.Headers.GetValues("Access-Control-Allow-Private-Network").Single());
    }

    [Fact]
    public async Task Errors_CarryCorsHeadersToo()
    {
        await using var host = await ApiHost.StartAsync(static x => x with { Username = "u", Password = "p" });
        var (status, _, response) = await host.GetAsync("/config", ("Origin", "http://localhost:1"));
        Assert.Equal(401, status);
        Assert.Equal("http://localhost:1", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    [Theory]
    [InlineData("localhost:1", 200)]
    [InlineData("192.168.1.9", 200)]
    [InlineData("[::1]:5", 200)]
    [InlineData("gost.internal", 200)]
    [InlineData("rebound.example", 403)]
    public async Task Host_WithoutCredentials_IsLoopbackLiteralOrAllowed(string name, int expected)
    {
        await using var host = await ApiHost.StartAsync(static x => x with { AllowedHosts = ["gost.internal"] });
        var (status, body, _) = await host.GetAsync("/config", ("Host", name));
        Assert.Equal((expected, expected == 200 ? null : 40300), (status, (int?)body["code"]));
    }

    [Theory]
    [InlineData(":18080")]
    [InlineData("0.0.0.0:18080")]
    [InlineData("192.168.1.1:18080")]
    [InlineData("[::]:18080")]
    public void OffLoopback_WithoutCredentials_DoesNotStartAndNamesTheSettings(string addr)
    {
        ApiSettings api = new() { Addr = addr };
        var refusal = Assert.Throws<StartRefusedException>(() => EndpointBinder.CheckAccess(api));
        Assert.Contains("Api:Username", refusal.Message);
        Assert.Contains("Api:AllowAnonymous", refusal.Message);
        Assert.Contains("Api__AllowAnonymous", refusal.Message);
        EndpointBinder.CheckAccess(api with { AllowAnonymous = true });
        EndpointBinder.CheckAccess(api with { Username = "u", Password = "p" });
        Assert.Throws<StartRefusedException>(() => EndpointBinder.CheckAccess(api with { Username = "u" }));
    }

    [Fact]
    public async Task PathPrefix_HoldsEverythingButHealth()
    {
        await using var host = await ApiHost.StartAsync(static x => x with { PathPrefix = "/api/v1" });
        Assert.Equal(200, (await host.GetAsync("/api/v1/config/services/")).Status);
        Assert.Equal(200, (await host.GetAsync("/api/v1/metrics")).Status);
        Assert.Equal(200, (await host.GetAsync("/healthz/ready")).Status);
        var (status, body, _) = await host.GetAsync("/config");
        Assert.Equal((404, 40004), (status, (int?)body["code"]));
        var page = await host.Client.GetStringAsync("/api/v1/swagger", TestContext.Current.CancellationToken);
        Assert.Contains("/api/v1/swagger/swagger-ui.css", page);
    }

    [Theory]
    [InlineData("", "/swagger", true)]
    [InlineData("", "/config", false)]
    [InlineData("/api/v1", "/api/v1/swagger", true)]
    [InlineData("/api/v1", "/api/v1/config", false)]
    [InlineData("/api/v1", "/swagger", false)]
    public async Task SecurityPolicy_OfTheDocumentation_LetsItsScriptsRun(string prefix, string path, bool scripts)
    {
        await using var host = await ApiHost.StartAsync(x => x with { PathPrefix = prefix });
        using var response = await host.Client.GetAsync(path, TestContext.Current.CancellationToken);
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'", policy);
        Assert.Equal(scripts, policy.Contains("script-src 'self'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Starting_WithAnAutherThatIsNotLoaded_Is503()
    {
        await using var host = await ApiHost.StartAsync(static x => x with { Auther = "team" });
        host.Plane.IsReady = false;
        Assert.Equal(503, (await host.GetAsync("/config", Basic("a", "b"))).Status);
        host.Plane.IsReady = true;
        Assert.Equal(401, (await host.GetAsync("/config", Basic("a", "b"))).Status);
    }

    [Theory]
    [InlineData("u", "")]
    [InlineData("", "p")]
    public void Settings_WithHalfOfTheCredentials_RefuseTheStart(string user, string password)
    {
        var configuration = Settings(user, password);
        var refusal = Assert.Throws<StartRefusedException>(() => SettingsReader.Read(new ProgramOptions(), configuration));
        Assert.Contains("Api:Username", refusal.Message);
        Assert.Contains("Api:Password", refusal.Message);

        // Credentials from elsewhere replace both.
        AuthConfig environment = new() { Username = "admin", Password = "x" };
        Assert.Equal("admin", SettingsReader.Read(new ProgramOptions { ApiCredentials = environment }, configuration).Api?.Username);
        ApiEndpoint endpoint = new(":1") { Username = "own", Password = "y" };
        Assert.Equal("own", SettingsReader.Read(new ProgramOptions { Api = endpoint }, configuration).Api?.Username);
    }

    [Theory]
    [InlineData("own", null)]
    [InlineData("own", "")]
    [InlineData(null, "s3cret")]
    public void Settings_WithHalfOfTheCredentialsInTheAddress_RefuseTheStart(string? user, string? password)
    {
        ProgramOptions options = new() { Api = new ApiEndpoint("127.0.0.1:1") { Username = user, Password = password, Auther = "team" } };
        var refusal = Assert.Throws<StartRefusedException>(() => SettingsReader.Read(options, Settings("u", "p")));
        Assert.Contains("-api user:password@host:port", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("u", "p")]
    public void Settings_WithBothCredentialsOrNone_AreRead(string user, string password)
    {
        var api = SettingsReader.Read(new ProgramOptions(), Settings(user, password)).Api;
        Assert.Equal((user, password), (api?.Username, api?.Password));
    }

    [Fact]
    public void Settings_OfAStoreWithASemicolonInItsName_NameThatFile()
    {
        ProgramOptions options = new() { DatabasePath = "a;Mode=Memory;b.db" };
        Assert.Equal("a;Mode=Memory;b.db", new SqliteConnectionStringBuilder(SettingsReader.Read(options, Settings("", "")).ConnectionString).DataSource);
    }

    private static IConfigurationRoot Settings(string user, string password) => new ConfigurationBuilder()
        .AddInMemoryCollection([new("Api:Username", user), new("Api:Password", password)])
        .Build();
}
