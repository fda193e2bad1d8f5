using System.Collections.Immutable;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;

namespace Gost.Engine.ControlPlane;

/// <summary>Lays a change over a state; pure. Collects what the store has to write.</summary>
internal sealed class CandidateBuilder(DesiredState before, DateTimeOffset now)
{
    private readonly ImmutableDictionary<ObjectKey, DesiredObject>.Builder _objects = before.Objects.ToBuilder();
    private readonly List<DesiredObject> _upserts = [];
    private readonly List<DesiredObject> _moves = [];
    private readonly List<DesiredObject> _removed = [];
    private readonly Dictionary<ObjectKey, string> _prefixes = [];
    private readonly Dictionary<ConfigKind, long> _lastOrdinals = [];
    private GostConfig? _singletons;

    /// <summary>Writes one object: in place if it exists, else at the end of its kind. An equal one stays as it is.</summary>
    public void Put(ConfigKind kind, NamedConfig config, ObjectOrigin? origin = null, long? ordinal = null)
    {
        var key = new ObjectKey(kind, config.Name);
        if (!before.Objects.TryGetValue(key, out var old))
        {
            Upsert(new DesiredObject(kind, config, 0, ordinal ?? NextOrdinal(kind), origin ?? ObjectOrigin.Rest, now, now));
            return;
        }

        var next = old with { Origin = origin ?? old.Origin, Ordinal = ordinal ?? old.Ordinal };
        if (!old.Config.Equals(config))
        {
            Upsert(next with { Config = config, UpdatedAt = now });
        }
        else if (next != old)
        {
            _moves.Add(next);
            _objects[key] = next;
        }
    }

    /// <summary>Removes one object.</summary>
    public void Remove(DesiredObject value)
    {
        _removed.Add(value);
        _objects.Remove(value.Key);
    }

    /// <summary>Lays a document over the state: named objects in place, new ones at the end, none removed.</summary>
    public void Merge(GostConfig document, ObjectOrigin? origin)
    {
        foreach (var (kind, config, _) in Walk(document))
        {
            Put(kind, config, origin);
        }

        SetSingletons(new GostConfig
        {
            Tls = document.Tls ?? before.Singletons.Tls,
            Log = document.Log ?? before.Singletons.Log,
            Profiling = document.Profiling ?? before.Singletons.Profiling,
            Api = document.Api ?? before.Singletons.Api,
            Metrics = document.Metrics ?? before.Singletons.Metrics,
        });
    }

    /// <summary>Makes the state exactly the document.</summary>
    public void Replace(GostConfig document)
    {
        HashSet<ObjectKey> wanted = [];
        foreach (var (kind, config, index) in Walk(document))
        {
            wanted.Add(new ObjectKey(kind, config.Name));
            Put(kind, config, ordinal: index + 1);
        }

        RemoveAll(x => !wanted.Contains(x.Key));
        SetSingletons(new GostConfig
        {
            Tls = document.Tls,
            Log = document.Log,
            Profiling = document.Profiling,
            Api = document.Api,
            Metrics = document.Metrics,
        });
    }

    /// <summary>Reconciles the objects that came from the sources with the sources; those of other origin stay unless their name is there.</summary>
    public void Reconcile(GostConfig sources)
    {
        Merge(sources, ObjectOrigin.Sources);
        RemoveAll(x => x.Origin == ObjectOrigin.Sources && !_prefixes.ContainsKey(x.Key));
    }

    /// <summary>The outcome.</summary>
    public Candidate Build()
    {
        var revision = before.Revision + 1;
        List<DesiredObject> upserts = new(_upserts.Count);
        foreach (var value in _upserts)
        {
            var stamped = value with { Revision = revision };
            _objects[stamped.Key] = stamped;
            upserts.Add(stamped);
        }

        var empty = upserts.Count == 0 && _moves.Count == 0 && _removed.Count == 0 && _singletons is null;
        HashSet<ObjectKey> touched = [.. upserts.Concat(_moves).Concat(_removed).Select(static x => x.Key)];
        var state = empty ? before : before.Next(_objects.ToImmutable(), touched, _singletons ?? before.Singletons);
        return new Candidate(before, state, [.. upserts], [.. _moves], [.. _removed], _singletons, _prefixes);
    }

    private void Upsert(DesiredObject value)
    {
        _upserts.Add(value);
        _objects[value.Key] = value;
    }

    private void RemoveAll(Func<DesiredObject, bool> unwanted)
    {
        foreach (var kind in ConfigKind.All)
        {
            foreach (var value in before.OfKind(kind))
            {
                if (unwanted(value))
                {
                    Remove(value);
                }
            }
        }
    }

    private void SetSingletons(GostConfig next) => _singletons = next == before.Singletons ? null : next;

    private IEnumerable<(ConfigKind Kind, NamedConfig Config, int Index)> Walk(GostConfig document)
    {
        foreach (var kind in ConfigKind.All)
        {
            var index = 0;
            foreach (var config in kind.Read(document))
            {
                var named = config.Name.Trim() is var name && name == config.Name ? config : config with { Name = name };
                _prefixes[new ObjectKey(kind, name)] = $"/{kind.Name}/{index}";
                yield return (kind, named, index);
                index++;
            }
        }
    }

    private long NextOrdinal(ConfigKind kind)
    {
        var next = (_lastOrdinals.TryGetValue(kind, out var last) ? last : before.Index.OfKind(kind).Max?.Ordinal ?? 0) + 1;
        _lastOrdinals[kind] = next;
        return next;
    }
}
