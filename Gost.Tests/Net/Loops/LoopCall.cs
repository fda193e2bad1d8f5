using Gost.Engine.Net.Loops;

namespace Gost.Tests.Net.Loops;

/// <summary>Calls something on a loop's thread and waits for it.</summary>
internal sealed class LoopCall : ILoopWork
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action _what;

    private LoopCall(Action what) => _what = what;

    /// <summary>Done when it has been called; throws what it throws.</summary>
    public static Task OnAsync(EventLoop loop, Action what)
    {
        LoopCall call = new(what);
        loop.Post(call);
        return call._done.Task;
    }

    public void Run()
    {
        try
        {
            _what();
            _done.SetResult();
        }
        catch (Exception e)
        {
            _done.SetException(e);
        }
    }
}
