namespace Gost.Engine.Net;

/// <summary>
/// Says that an accepted flow will open one more descriptor, its way to the target. <see cref="Settle"/> when that has been opened, or
/// never will be; any thread, any number of times.
/// </summary>
internal sealed class FlowTicket(DescriptorReserve reserve)
{
    private int _settled;

    /// <summary>The descriptor is open, and counted where all are counted.</summary>
    public void Settle()
    {
        if (Interlocked.Exchange(ref _settled, 1) == 0)
        {
            reserve.Settled();
        }
    }
}
