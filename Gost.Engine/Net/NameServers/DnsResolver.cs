using System.Net;
using Gost.Engine.Abstractions;
using Gost.Engine.Config.Model;
using Gost.Engine.Runtime;

namespace Gost.Engine.Net.NameServers;

/// <summary>
/// A compiled <c>resolvers</c> object: the first server that knows the name counts. Keeps answers for their time, a bounded number of them. Any
/// thread. Source: spec/config.md section 9.
/// </summary>
internal sealed class DnsResolver : IAsyncDisposable
{
    private const int Capacity = 4096;

    // So that a name that is asked for all the time is not asked of the servers each time, whatever they say.
    private static readonly TimeSpan LeastTtl = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestTtl = TimeSpan.FromDays(1);

    private readonly DnsServer[] _servers;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _known = new(StringComparer.OrdinalIgnoreCase);

    private DnsResolver(DnsServer[] servers, TimeProvider time) => (_servers, _time) = (servers, time);

    /// <summary>False when none of the servers can be asked: names are resolved as if there were no such object.</summary>
    public bool CanAsk => _servers.Length > 0;

    /// <summary>Builds; servers that this build cannot ask are left out, which validation has said.</summary>
    public static DnsResolver Compile(ResolverConfig config, EngineServices engine) =>
        new([.. config.Nameservers.Select(x => DnsServer.Compile(x, engine, out _)).OfType<DnsServer>()], engine.Time);

    /// <summary>The addresses of a name, never none; the array is not to be changed. Throws <see cref="FlowException"/> (resolve).</summary>
    public async ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_known.TryGetValue(host, out var entry) && _time.GetElapsedTime(entry.Since) < entry.Ttl)
            {
                return entry.Addresses;
            }
        }

        var name = DnsMessage.Encode(host) ?? throw Unresolved(host, "not a host name", null);
        Exception? last = null;
        foreach (var server in _servers)
        {
            try
            {
                if (await AskAsync(server, name, cancellationToken) is { } answer)
                {
                    Keep(host, server, answer);
                    return answer.Addresses;
                }
            }
            catch (Exception exception) when (exception is FlowException or IOException or System.Net.Sockets.SocketException
                or System.Security.Authentication.AuthenticationException or ObjectDisposedException)
            {
                last = exception;
            }
        }

        throw Unresolved(host, last?.Message ?? "no such host", last);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async ValueTask<DnsAnswer?> AskAsync(DnsServer server, string name, CancellationToken cancellationToken)
    {
        foreach (var type in server.Types)
        {
            var answer = await server.AskAsync(name, type, cancellationToken);
            if (answer.Addresses.Length > 0)
            {
                return answer;
            }

            if (answer.Code is not (0 or 3))
            {
                throw new FlowException(FlowLayer.Resolve, FlowError.Unresolved, $"the name server answered with error {answer.Code}");
            }
        }

        return null;
    }

    private void Keep(string host, DnsServer server, DnsAnswer answer)
    {
        if (server.Ttl < TimeSpan.Zero)
        {
            return;
        }

        var ttl = server.Ttl > TimeSpan.Zero ? server.Ttl : answer.Ttl < LeastTtl ? LeastTtl : answer.Ttl;
        lock (_gate)
        {
            if (_known.Count >= Capacity && !_known.ContainsKey(host))
            {
                _known.Clear();
            }

            _known[host] = new Entry(answer.Addresses, _time.GetTimestamp(), ttl < LongestTtl ? ttl : LongestTtl);
        }
    }

    private static FlowException Unresolved(string host, string reason, Exception? inner) =>
        new(FlowLayer.Resolve, FlowError.Unresolved, $"lookup {host}: {reason}", inner);

    private sealed record Entry(IPAddress[] Addresses, long Since, TimeSpan Ttl);
}
