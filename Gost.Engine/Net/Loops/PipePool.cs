namespace Gost.Engine.Net.Loops;

/// <summary>
/// Empty pipes of one loop for splicing, kept for the next flow. Their number is capped: the kernel charges them to the user
/// (<c>pipe-user-pages-soft</c>), and each costs two descriptors. For the loop's thread.
/// </summary>
/// <param name="maxPipes">Pipes of one loop, in use or not; 0 where splicing is not allowed.</param>
internal sealed unsafe class PipePool(int maxPipes = PipePool.MaxPipes) : IDisposable
{
    /// <summary>Bytes a pipe is asked to hold.</summary>
    public const int PipeSize = 256 * 1024;

    /// <summary>How many one loop has unless it is told otherwise.</summary>
    public const int MaxPipes = 64;

    private const int MaxKept = 16;

    private readonly Stack<LoopPipe> _kept = new();
    private int _open;
    private bool _disposed;

    /// <summary>Pipes that exist.</summary>
    public int Open => _open;

    /// <summary>An empty pipe, or null when there are enough: copy then.</summary>
    public LoopPipe? TryRent()
    {
        if (_kept.TryPop(out var pipe))
        {
            return pipe;
        }

        if (_open >= maxPipes)
        {
            return null;
        }

        var ends = stackalloc int[2];
        if (LinuxCalls.CreatePipe(ends, LinuxCalls.CloseOnExec | LinuxCalls.NonBlocking) < 0)
        {
            return null;
        }

        // A smaller pipe than asked for does as well, only slower.
        var size = LinuxCalls.SetDescriptor(ends[1], LinuxCalls.SetPipeSize, PipeSize);
        _open++;
        return new LoopPipe(new DescriptorHandle(ends[0]), new DescriptorHandle(ends[1]), size > 0 ? size : 64 * 1024);
    }

    /// <summary>Takes an empty pipe back.</summary>
    public void Return(LoopPipe pipe)
    {
        if (_kept.Count < MaxKept && !_disposed)
        {
            _kept.Push(pipe);
        }
        else
        {
            Discard(pipe);
        }
    }

    /// <summary>Closes a pipe that may hold bytes.</summary>
    public void Discard(LoopPipe pipe)
    {
        _open--;
        pipe.Dispose();
    }

    /// <summary>Closes those that are not in use.</summary>
    public void Dispose()
    {
        _disposed = true;
        while (_kept.TryPop(out var pipe))
        {
            Discard(pipe);
        }
    }
}
