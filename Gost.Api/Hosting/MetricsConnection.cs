namespace Gost.Api.Hosting;

/// <summary>Marks connections that came in at the separate metrics endpoint, so that they see its pipeline and not the API's.</summary>
internal sealed class MetricsConnection;
