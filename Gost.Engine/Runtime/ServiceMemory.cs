namespace Gost.Engine.Runtime;

/// <summary>
/// What handlers remember of a service beyond one generation: the next one finds what the one before has. Held weakly, so it is gone with the last generation
/// that uses it. Any thread.
/// </summary>
internal sealed class ServiceMemory
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Service, Type Type), WeakReference> _known = [];

    /// <summary>The object of that type that a service has, made where there is none.</summary>
    public T Get<T>(string service, Func<T> make)
        where T : class
    {
        lock (_gate)
        {
            if (_known.TryGetValue((service, typeof(T)), out var reference) && reference.Target is T known)
            {
                return known;
            }

            foreach (var (key, gone) in _known)
            {
                if (!gone.IsAlive)
                {
                    _known.Remove(key);
                }
            }

            var made = make();
            _known[(service, typeof(T))] = new WeakReference(made);
            return made;
        }
    }
}
