using Gost.Engine.Net.Loops;

namespace Gost.Tests.Net.Loops;

/// <summary>Work that does what it is told, as often as it is queued.</summary>
internal sealed class NotedWork(Action<NotedWork> what) : ILoopWork
{
    public void Run() => what(this);
}
