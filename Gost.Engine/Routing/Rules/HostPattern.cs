namespace Gost.Engine.Routing.Rules;

/// <summary>
/// A host name, or a domain and everything below it: <c>*.x</c>, <c>*x</c> and <c>.x</c> are the same. Case does not matter. Unlike GOST's,
/// <c>.example.com</c> does not match <c>notexample.com</c>. Source: spec/config.md section 6.
/// </summary>
internal readonly record struct HostPattern
{
    private readonly string _name;
    private readonly bool _isDomain;

    /// <summary>Reads a pattern.</summary>
    public HostPattern(string text)
    {
        var name = text.Trim();
        _isDomain = name.StartsWith('*') || name.StartsWith('.');
        _name = name.TrimStart('*').TrimStart('.');
    }

    /// <summary>Whether the host is meant; an empty one never is.</summary>
    public bool Matches(string host)
    {
        if (host.Equals(_name, StringComparison.OrdinalIgnoreCase))
        {
            return host.Length > 0;
        }

        return _isDomain
            && host.Length > _name.Length
            && host.EndsWith(_name, StringComparison.OrdinalIgnoreCase)
            && (_name.Length == 0 || host[^(_name.Length + 1)] == '.');
    }
}
