namespace Gost.Engine.Net;

/// <summary>A compiled <c>hosts</c> object.</summary>
internal sealed class HostTable;
