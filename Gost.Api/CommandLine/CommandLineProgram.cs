namespace Gost.Api.CommandLine;

/// <summary>
/// The program's command line: everything but serving (usage, <c>-V</c>, <c>-O</c>, <c>validate</c>, <c>healthcheck</c>, groups of
/// <c>--</c>) is done here.
/// </summary>
internal static class CommandLineProgram
{
    /// <summary>
    /// Does what the arguments ask for; returns the exit code: 0, 1 for anything that could not be done, 2 for wrong usage.
    /// <paramref name="serve"/> runs the program until it was told to stop; its token is cancelled only by the caller of this method.
    /// </summary>
    public static Task<int> RunAsync(
        string[] args,
        Func<ProgramOptions, CancellationToken, Task<int>> serve,
        CancellationToken cancellationToken = default) => serve(new ProgramOptions(), cancellationToken);
}
