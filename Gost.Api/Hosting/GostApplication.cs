using System.Net;
using Gost.Api.Endpoints;
using Gost.Api.Http;
using Gost.Api.Metrics;
using Gost.Api.OpenApi;
using Gost.Engine;
using Gost.Engine.Config;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Gost.Api.Hosting;

/// <summary>Composes the web application: services, the order of the pipeline, the routes.</summary>
internal static class GostApplication
{
    /// <summary>
    /// An application over an engine that is started by somebody else. Reads no environment and no file: everything is in
    /// <paramref name="settings"/>.
    /// </summary>
    public static WebApplication Build(GostSettings settings, IGostEngine engine, Reloader reloader, ServerState state, ILoggerFactory loggers, TimeProvider time)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = typeof(GostApplication).Assembly.GetName().Name });
        builder.WebHost.UseKestrelCore();
        builder.Services.Configure<KestrelServerOptions>(static x =>
        {
            x.AddServerHeader = false;
            x.Limits.MaxRequestBodySize = null; // RequestBody has the limit, and reads on before it refuses.
            x.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
        });

        // Requests have had the drain time to end; the rest are cut.
        builder.Services.Configure<HostOptions>(static x => x.ShutdownTimeout = TimeSpan.FromSeconds(2));
        var api = settings.Api ?? new ApiSettings();
        FlowMetrics metrics = new(Environment.MachineName, settings.MetricsMaxClients);
        engine.Observer = metrics;
        builder.Services
            .Replace(ServiceDescriptor.Singleton(loggers))
            .AddSingleton<IHostLifetime, NoLifetime>()
            .AddRoutingCore()
            .AddSingleton(settings)
            .AddSingleton(api)
            .AddSingleton(engine.ControlPlane)
            .AddSingleton(engine.HostKeys)
            .AddSingleton(engine.Lane)
            .AddSingleton(time)
            .AddSingleton(state)
            .AddSingleton(reloader)
            .AddSingleton(metrics)
            .AddSingleton(new ExportFolder(settings.ExportFolder))
            .AddSingleton<RequestBody>()
            .AddSingleton<ObjectPresenter>()
            .AddSingleton<ConfigEndpoints>()
            .AddSingleton<ConvertEndpoints>()
            .AddSingleton<ChainTestEndpoints>()
            .AddSingleton<ServiceEndpoints>()
            .AddSingleton<KnownHostEndpoints>()
            .AddSingleton<HealthEndpoints>()
            .AddSingleton<MetricsEndpoints>()
            .AddGostOpenApi();
        var app = builder.Build();
        if (settings.Metrics is { } endpoint)
        {
            UseMetricsConnections(app, new(endpoint, app.Services.GetRequiredService<MetricsEndpoints>(), engine.ControlPlane));
        }

        UseApi(app, api);
        return app;
    }

    /// <summary>Binds and listens. Throws <see cref="StartRefusedException"/> or <see cref="IOException"/>.</summary>
    public static async Task StartAsync(WebApplication app, CancellationToken cancellationToken)
    {
        var settings = app.Services.GetRequiredService<GostSettings>();
        var api = await ResolveAsync(settings.Api?.Addr, "Api:Addr", cancellationToken);
        var metrics = await ResolveAsync(settings.Metrics?.Addr, "metrics address", cancellationToken);
        EndpointBinder.RemoveStaleSockets([.. api, .. metrics]);
        EndpointBinder.Bind(app.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value, api, metrics);
        await app.StartAsync(cancellationToken);
        EndpointBinder.Protect([.. api, .. metrics]);
    }

    private static async Task<IReadOnlyList<EndPoint>> ResolveAsync(string? address, string setting, CancellationToken cancellationToken) =>
        address is null ? [] : await ListenAddress.Parse(address, setting).ResolveAsync(cancellationToken);

    private static void UseMetricsConnections(WebApplication app, SeparateMetricsPipeline pipeline) => app.Use(next => context =>
        context.Features.Get<MetricsConnection>() is null ? next(context) : pipeline.InvokeAsync(context));

    private static void UseApi(WebApplication app, ApiSettings api)
    {
        if (api.AccessLog)
        {
            app.UseMiddleware<AccessLogMiddleware>();
        }

        app.UseMiddleware<SecurityHeadersMiddleware>();
        app.UseMiddleware<ErrorMiddleware>();
        app.UseMiddleware<HostMiddleware>();
        app.UseMiddleware<OriginMiddleware>();
        app.UseMiddleware<PathPrefixMiddleware>();

        // While the store is loaded an auther knows nobody: 503 must not look like wrong credentials.
        app.UseMiddleware<ReadinessMiddleware>();
        app.UseMiddleware<AuthenticationMiddleware>();
        app.UseGostSwagger(api);
        app.UseRouting();
        MapRoutes(app);
        app.UseEndpoints(static _ => { });
    }

    private static void MapRoutes(WebApplication app)
    {
        var services = app.Services;
        services.GetRequiredService<HealthEndpoints>().Map(app);
        services.GetRequiredService<MetricsEndpoints>().Map(app);
        services.GetRequiredService<ConfigEndpoints>().Map(app);
        services.GetRequiredService<ConvertEndpoints>().Map(app);
        services.GetRequiredService<ChainTestEndpoints>().Map(app);
        services.GetRequiredService<ServiceEndpoints>().Map(app);
        services.GetRequiredService<KnownHostEndpoints>().Map(app);
        foreach (var kind in ConfigKind.All)
        {
            ActivatorUtilities.CreateInstance<ObjectEndpoints>(services, kind).Map(app);
        }

        app.MapGostOpenApi();
    }
}
