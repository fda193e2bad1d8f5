using Gost.Engine.Config.Model;

namespace Gost.Engine.Config.CommandLine;

/// <summary>
/// The second pass over a service: parameters of its handler that become members of the service and objects of their own. Their copies
/// stay in listener and service metadata, as in GOST. Source: spec/cli.md section 5.
/// </summary>
internal static class ServiceObjects
{
    /// <summary>The service with its references; the objects are added to <paramref name="objects"/>.</summary>
    public static ServiceConfig Attach(ServiceConfig service, DerivedObjects objects, ArgumentFindings findings)
    {
        // Without parameters, as most services of a port range are, there is nothing to do.
        if (service.Handler is not { Metadata.Count: > 0 } handler)
        {
            return service;
        }

        var parameters = ParameterSet.From(handler.Metadata);
        if (parameters.FindInt(findings, "retries") is var retries and > 0)
        {
            handler = handler with { Retries = retries };
            parameters.RemoveExact("retries");
        }

        if (parameters.TryFind("admission", out var admission))
        {
            service = service with { Admission = objects.AddAdmission(admission) };
            parameters.RemoveExact("admission");
        }

        if (parameters.TryFind("bypass", out var bypass))
        {
            service = service with { Bypass = objects.AddBypass(bypass) };
            parameters.RemoveExact("bypass");
        }

        if (parameters.TryFind("resolver", out var resolver))
        {
            service = service with { Resolver = objects.AddResolver(resolver, parameters.Find("prefer") ?? "") };
            parameters.RemoveExact("resolver");
        }

        if (parameters.TryFind("hosts", out var hosts))
        {
            service = service with { Hosts = objects.AddHosts(hosts, findings) };
            parameters.RemoveExact("hosts");
        }

        service = AttachLimiters(service, parameters, objects, findings);
        return service with { Handler = handler with { Metadata = parameters.ToMetadata() } };
    }

    private static ServiceConfig AttachLimiters(ServiceConfig service, ParameterSet parameters, DerivedObjects objects, ArgumentFindings findings)
    {
        List<string> limits = [];
        AddLimit(limits, "$", parameters.Find("limiter.in"), parameters.Find("limiter.out"));
        AddLimit(limits, "$$", parameters.Find("limiter.conn.in"), parameters.Find("limiter.conn.out"));
        if (limits.Count > 0)
        {
            service = service with { Limiter = objects.AddLimiter(limits) };
            parameters.RemoveExact("limiter.in", "limiter.out", "limiter.conn.in", "limiter.conn.out");
        }

        if (parameters.FindInt(findings, "climiter") is var connections and > 0)
        {
            service = service with { CLimiter = objects.AddConnectionLimiter(connections) };
            parameters.RemoveExact("climiter");
        }

        if (parameters.FindDecimal(findings, "rlimiter") is var rate and > 0)
        {
            service = service with { RLimiter = objects.AddRateLimiter(rate) };
            parameters.RemoveExact("rlimiter");
        }

        return service;
    }

    // With one direction the other is empty text, blanks included.
    private static void AddLimit(List<string> limits, string key, string? input, string? output)
    {
        if (input is { Length: > 0 } || output is { Length: > 0 })
        {
            limits.Add($"{key} {input} {output}");
        }
    }
}
