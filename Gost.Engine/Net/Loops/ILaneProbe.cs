namespace Gost.Engine.Net.Loops;

/// <summary>Tries what the kernel lane needs of the system. Each answer is null when it works, else what was refused and how.</summary>
internal interface ILaneProbe
{
    /// <summary>What event loops and accepting on them need: without it there is no kernel lane.</summary>
    string? RefusalOfLoops();

    /// <summary>What moving bytes within the kernel needs: without it they are copied.</summary>
    string? RefusalOfSplice();

    /// <summary>Whether the process is bound to one core of several, so that the programs at the other ends of its connections have others.</summary>
    bool IsBoundToOneCoreOfMany();
}
