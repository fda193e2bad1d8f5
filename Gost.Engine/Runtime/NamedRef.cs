namespace Gost.Engine.Runtime;

/// <summary>
/// A late-bound name: users hold the reference, the control plane changes what it points to, and the next connection sees it.
/// One writer; readers take <see cref="Current"/> once per use.
/// </summary>
internal sealed class NamedRef<T>(string name)
    where T : class
{
    private T? _current;

    /// <summary>The name in the configuration.</summary>
    public string Name { get; } = name;

    /// <summary>What the name stands for now; null = no such object.</summary>
    public T? Current => Volatile.Read(ref _current);

    /// <summary>Points the name to something else; returns what it pointed to.</summary>
    public T? Exchange(T? value) => Interlocked.Exchange(ref _current, value);
}
