namespace Gost.Engine.Net.Loops;

/// <summary>The two ends of a pipe, which it owns, and how many bytes it holds at most.</summary>
internal sealed class LoopPipe(DescriptorHandle output, DescriptorHandle input, int size) : IDisposable
{
    /// <summary>Where bytes come out.</summary>
    public int Output => output.Number;

    /// <summary>Where bytes go in.</summary>
    public int Input => input.Number;

    /// <summary>Room, bytes.</summary>
    public int Size => size;

    /// <inheritdoc/>
    public void Dispose()
    {
        output.Dispose();
        input.Dispose();
    }
}
