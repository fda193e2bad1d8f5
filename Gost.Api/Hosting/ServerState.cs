namespace Gost.Api.Hosting;

/// <summary>Whether the program was told to stop; written once, read by any thread.</summary>
internal sealed class ServerState
{
    private volatile bool _stopping;

    /// <summary>True from the first stop signal on.</summary>
    public bool IsStopping => _stopping;

    /// <summary>Marks the stop.</summary>
    public void BeginStop() => _stopping = true;
}
