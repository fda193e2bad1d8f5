using Gost.Engine.Net;

namespace Gost.Tests.Net;

/// <summary>Says what the test wants.</summary>
internal sealed class StubDescriptorProbe : IDescriptorProbe
{
    private long _limit;
    private long _open;

    public long Limit
    {
        get => Volatile.Read(ref _limit);
        set => Volatile.Write(ref _limit, value);
    }

    public long Open
    {
        get => Volatile.Read(ref _open);
        set => Volatile.Write(ref _open, value);
    }
}
