using Gost.Engine.Net.Loops;

namespace Gost.Tests.Net.Loops;

/// <summary>A system that refuses what the test says.</summary>
internal sealed class StubLaneProbe(string? loops = null, string? splice = null, bool isBound = false) : ILaneProbe
{
    public string? RefusalOfLoops() => loops;

    public string? RefusalOfSplice() => splice;

    public bool IsBoundToOneCoreOfMany() => isBound;
}
