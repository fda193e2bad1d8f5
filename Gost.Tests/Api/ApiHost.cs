using System.Text;
using System.Text.Json.Nodes;
using Gost.Api.CommandLine;
using Gost.Api.Hosting;
using Gost.Engine;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Gost.Tests.Api;

/// <summary>The program's web application on a free loopback port, over a fake engine or a real one, with a client that speaks to it.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    private readonly GostServer _server;
    private readonly DirectoryInfo _folder;

    private ApiHost(GostServer server, FakeEngine? engine, DirectoryInfo folder)
    {
        (_server, Engine, _folder) = (server, engine ?? new FakeEngine(), folder);
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(Addresses[0]) };
    }

    public FakeEngine Engine { get; }

    public FakeControlPlane Plane => Engine.Plane;

    public GostServer Server => _server;

    public HttpClient Client { get; }

    public string ExportFolder => Path.Combine(_folder.FullName, "export");

    public IReadOnlyList<string> Addresses => [.. _server.Web!.Urls];

    /// <summary>Over a fake engine.</summary>
    public static async Task<ApiHost> StartAsync(Func<ApiSettings, ApiSettings>? api = null, Func<GostSettings, GostSettings>? settings = null)
    {
        FakeEngine engine = new();
        return await StartAsync(engine, engine, api, settings);
    }

    /// <summary>Over the built-in engine, with a store in memory.</summary>
    public static async Task<ApiHost> StartRealAsync(Func<ApiSettings, ApiSettings>? api = null) => await StartAsync(null, null, api, null);

    public async Task<(int Status, JsonObject Body, HttpResponseMessage Response)> SendAsync(
        HttpMethod method, string path, string? body = null, string? contentType = "application/x-www-form-urlencoded", params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            if (contentType is not null)
            {
                request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
            }
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : [], response);
    }

    public Task<(int Status, JsonObject Body, HttpResponseMessage Response)> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, headers: headers);

    public Task<(int Status, JsonObject Body, HttpResponseMessage Response)> PostAsync(string path, string? body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, body, headers: headers);

    public Task<(int Status, JsonObject Body, HttpResponseMessage Response)> PutAsync(string path, string? body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Put, path, body, headers: headers);

    public Task<(int Status, JsonObject Body, HttpResponseMessage Response)> DeleteAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Delete, path, headers: headers);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.StopAsync(TimeSpan.Zero, new CancellationToken(canceled: true));
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static async Task<ApiHost> StartAsync(
        IGostEngine? engine, FakeEngine? fake, Func<ApiSettings, ApiSettings>? api, Func<GostSettings, GostSettings>? settings)
    {
        var folder = Directory.CreateTempSubdirectory("gost-api-");
        ApiSettings defaults = new() { Addr = "127.0.0.1:0" };
        GostSettings all = new() { Api = api?.Invoke(defaults) ?? defaults, ExportFolder = Path.Combine(folder.FullName, "export") };
        all = settings?.Invoke(all) ?? all;
        var loggers = NullLoggerFactory.Instance;
        var server = engine is null
            ? GostServer.Create(new ProgramOptions(), all, loggers, TimeProvider.System)
            : GostServer.Create(new ProgramOptions(), all, engine, loggers, TimeProvider.System);
        await server.StartAsync(TestContext.Current.CancellationToken);
        return new(server, fake, folder);
    }
}
