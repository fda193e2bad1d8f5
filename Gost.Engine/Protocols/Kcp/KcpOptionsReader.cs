using System.Collections.Immutable;
using Gost.Engine.Config;
using Gost.Engine.Config.Binding;
using Gost.Engine.Config.Nodes;
using Gost.Engine.Config.Values;
using Gost.Engine.Protocols.Kcp.Crypt;
using Gost.Engine.Protocols.Kcp.Fec;
using Gost.Engine.Protocols.Kcp.Packets;
using Gost.Engine.Protocols.Mux;

namespace Gost.Engine.Protocols.Kcp;

/// <summary>
/// Reads options from metadata and, where one is given, from a map or file with kcptun's members. GOST takes what has a <c>kcp.*</c> key from there alone,
/// absent or not: that gives the defaults, but a member that is written in the map acts here. Source: spec/wire/transports.md section 7.1.
/// </summary>
internal sealed class KcpOptionsReader
{
    private const int SmallestMtu = 128;
    private const int SmallestInterval = 10;
    private const int LargestInterval = 5000;
    private const int LargestDscp = 63;
    private const int LargestKeepAlive = 86400;

    // GOST knows them, and they do nothing on the wire.
    private static readonly ImmutableArray<string> Silent = ["snmplog", "snmpperiod", "signal", "pprof", "quiet", "log"];

    private readonly MetadataReader _metadata;
    private readonly MetadataReader _config;
    private readonly string _origin;
    private readonly bool _hasConfig;
    private readonly List<string> _overridden = [];

    private KcpOptionsReader(MetadataReader metadata, ConfigMap<string>? config, string origin)
    {
        (_metadata, _hasConfig, _origin) = (metadata, config is not null, origin);
        _config = new MetadataReader(
            new ConfigMap<object?>((config ?? ConfigMap<string>.Empty).Select(static x => KeyValuePair.Create<string, object?>(x.Key, x.Value))),
            JsonPointer.Append(metadata.Pointer, origin));
    }

    /// <summary>Reads all options; see <see cref="KcpOptions.Bind"/>.</summary>
    public static KcpOptions Read(MetadataReader metadata)
    {
        var map = metadata.GetMap("kcp.config", "config");
        var path = metadata.GetString("kcp.configFile", "configFile", "c");
        if (map.Count > 0)
        {
            return new KcpOptionsReader(metadata, map, Written(metadata, "kcp.config", "config")).Read();
        }

        if (string.IsNullOrEmpty(path))
        {
            return new KcpOptionsReader(metadata, null, "kcp.config").Read();
        }

        var key = Written(metadata, "kcp.configFile", "configFile", "c");
        var file = KcpConfigFile.Read(path, out var fault);
        if (fault is not null)
        {
            metadata.Findings.Add(new Finding(JsonPointer.Append(metadata.Pointer, key), fault));
        }

        return new KcpOptionsReader(metadata, file, key).Read();
    }

    private static string Written(MetadataReader metadata, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (metadata.Metadata.ContainsKey(key))
            {
                return metadata.Metadata.Keys.First(x => x.Equals(key, StringComparison.OrdinalIgnoreCase));
            }
        }

        return keys[0];
    }

    private KcpOptions Read()
    {
        if (_metadata.GetBool(false, "kcp.tcp", "tcp") || _config.GetBool(false, "tcp"))
        {
            Refuse("kcp.tcp", "KCP in fake TCP packets is not supported by this build: leave kcp.tcp out at both ends");
        }

        KcpOptions defaults = new();
        var (noDelay, interval, resend, noCongestion) = ReadMode();
        var (data, parity) = ReadShards(defaults);
        KcpOptions options = new()
        {
            Mtu = ReadMtu(defaults.Mtu),
            SendWindow = Number("sndwnd", ushort.MaxValue) is > 0 and var send ? send : defaults.SendWindow,
            ReceiveWindow = Number("rcvwnd", ushort.MaxValue) is > 0 and var receive ? receive : defaults.ReceiveWindow,
            NoDelay = noDelay,
            Interval = interval,
            Resend = resend,
            NoCongestion = noCongestion,
            AckNoDelay = _config.GetBool(false, "acknodelay"),
            DataShards = data,
            ParityShards = parity,
            Crypt = ReadCrypt(),
            Key = Text("key") ?? "",
            Compression = !Flag("nocomp"),
            SocketBuffer = (int)_config.GetInt(0, 0, int.MaxValue, "sockbuf") is > 0 and var buffer ? buffer : defaults.SocketBuffer,
            Dscp = (int)_config.GetInt(0, 0, LargestDscp, "dscp"),
        };
        options = options with { Smux = ReadSmux(options.SocketBuffer) };
        Report();
        return options;
    }

    private (bool NoDelay, int Interval, int Resend, bool NoCongestion) ReadMode()
    {
        var given = (
            NoDelay: _config.GetInt(0, 0, 2, "nodelay") > 0,
            Interval: Math.Clamp(Number("interval", LargestInterval), SmallestInterval, LargestInterval),
            Resend: (int)_config.GetInt(0, 0, byte.MaxValue, "resend"),
            NoCongestion: _config.GetInt(0, 0, 1, "nc") > 0);
        switch (Text("mode") ?? "")
        {
            case "normal":
                return (false, 40, 2, true);
            case "fast":
                return (false, 30, 2, true);
            case "fast2":
                return (true, 20, 2, true);
            case "fast3":
                return (true, 10, 2, true);
            case "" or "manual":
                return given;
            case var other:
                Warn("kcp.mode", $"unknown mode {JsonPointer.Shorten(other)}, which is as none, as in GOST; write normal, fast, fast2 or fast3");
                return given;
        }
    }

    private (int Data, int Parity) ReadShards(KcpOptions defaults)
    {
        // A map that does not name them turns them off, as in GOST.
        var data = (int)_config.GetInt(_hasConfig ? 0 : defaults.DataShards, 0, FecMatrix.MaxShards - 1, "datashard");
        var parity = (int)_config.GetInt(_hasConfig ? 0 : defaults.ParityShards, 0, FecMatrix.MaxShards - 1, "parityshard");
        if (data + parity > FecMatrix.MaxShards)
        {
            _config.Findings.Add(new Finding(
                JsonPointer.Append(_config.Pointer, "datashard"), $"datashard and parityshard together must not be more than {FecMatrix.MaxShards}"));
            return (0, 0);
        }

        return data == 0 || parity == 0 ? (0, 0) : (data, parity);
    }

    private int ReadMtu(int fallback)
    {
        var mtu = Number("mtu", PacketCodec.MaxPacketSize);
        if (mtu is > 0 and < SmallestMtu)
        {
            Refuse("kcp.mtu", $"kcp.mtu must be from {SmallestMtu} to {PacketCodec.MaxPacketSize}, not {mtu}");
        }

        return mtu < SmallestMtu ? fallback : mtu;
    }

    private string ReadCrypt()
    {
        var crypt = Text("crypt") ?? "";
        if (crypt.Length == 0 || PacketKey.Names.Contains(crypt))
        {
            return crypt.Length == 0 ? PacketKey.DefaultCrypt : crypt;
        }

        Warn(
            "kcp.crypt",
            $"unknown cipher {JsonPointer.Shorten(crypt)}, which stands for {PacketKey.DefaultCrypt}, as in GOST; known are {string.Join(", ", PacketKey.Names)}",
            Suggestions.Find(crypt, PacketKey.Names));
        return PacketKey.DefaultCrypt;
    }

    private SmuxOptions ReadSmux(int socketBuffer)
    {
        var smux = SmuxOptions.Default(Number("smuxver", 2) is > 0 and var version ? version : 1);
        var keepAlive = Number("keepalive", LargestKeepAlive) is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : smux.KeepAliveInterval;
        var total = Number("smuxbuf", int.MaxValue) is > 0 and var all ? all : socketBuffer;
        var each = Number("streambuf", int.MaxValue) is > 0 and var one ? one : Math.Max(1, total / 2);
        if (each > total)
        {
            Refuse("kcp.streambuf", $"kcp.streambuf must not be larger than kcp.smuxbuf, which is {total}");
        }

        return smux with
        {
            KeepAliveInterval = keepAlive,
            KeepAliveTimeout = keepAlive * 3 > smux.KeepAliveTimeout ? keepAlive * 3 : smux.KeepAliveTimeout,
            MaxReceiveBuffer = total,
            MaxStreamBuffer = Math.Min(each, total),
            HalfCloseHold = _metadata.GetTimeout(smux.HalfCloseHold, "halfCloseHold"),
        };
    }

    private string? Text(string name) => Reader(name, out var key).GetString(key);

    private int Number(string name, int most) => (int)Reader(name, out var key).GetInt(0, 0, most, key);

    private bool Flag(string name) => Reader(name, out var key).GetBool(false, key);

    /// <summary>Where an option stands that has a <c>kcp.*</c> key: there, else in the map.</summary>
    private MetadataReader Reader(string name, out string key)
    {
        key = $"kcp.{name}";
        var inConfig = _config.Metadata.ContainsKey(name);
        _ = _metadata.GetString(key); // known, whichever of the two it is read from
        if (!inConfig || _metadata.Metadata.ContainsKey(key))
        {
            _ = inConfig ? _config.GetString(name) : null;
            return _metadata;
        }

        _overridden.Add(name);
        key = name;
        return _config;
    }

    private void Report()
    {
        if (_overridden.Count > 0)
        {
            var members = string.Join(", ", _overridden);
            _metadata.Findings.Add(new Finding(
                JsonPointer.Append(_metadata.Pointer, _origin),
                $"GOST takes {members} from metadata keys alone ({string.Join(", ", _overridden.Select(static x => $"kcp.{x}"))}), even where those are absent: "
                + "write them as such where the far end is GOST",
                FindingSeverity.Warning));
        }

        foreach (var key in _config.Metadata.Keys.Where(x => !_config.UsedKeys.Contains(x) && !Silent.Contains(x)))
        {
            _config.Findings.Add(new Finding(JsonPointer.Append(_config.Pointer, key), $"{key} of {_origin} has no effect", FindingSeverity.Warning));
        }

        // Files have no pointers of their own.
        var inFile = _metadata.Metadata.TryGetValue(_origin, out var origin) && origin is string;
        _metadata.Findings.AddRange(_config.Findings.Select(x => inFile ? x with { Pointer = _config.Pointer } : x));
    }

    private void Refuse(string key, string message) => _metadata.Findings.Add(new Finding(Place(key), message));

    private void Warn(string key, string message, string? suggestion = null) =>
        _metadata.Findings.Add(new Finding(Place(key), message, FindingSeverity.Warning, Suggestion: suggestion));

    private string Place(string key) =>
        JsonPointer.Append(_metadata.Pointer, _metadata.Metadata.ContainsKey(key) || !_hasConfig ? Written(_metadata, key, key["kcp.".Length..]) : _origin);
}
