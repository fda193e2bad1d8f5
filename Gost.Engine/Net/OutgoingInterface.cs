using System.Net;

namespace Gost.Engine.Net;

/// <summary>What an entry of <c>interface</c> is.</summary>
internal enum OutgoingInterfaceKind
{
    Name,
    Address,
    Auto,
}

/// <summary>One entry of <c>interface</c>: a name or an address; strict = no other entry is tried after it.</summary>
internal sealed record OutgoingInterface(OutgoingInterfaceKind Kind, string Name, IPAddress? Address, bool Strict)
{
    /// <summary>Reads <c>eth0,10.0.0.1!,auto</c>.</summary>
    public static List<OutgoingInterface> ParseList(string text)
    {
        List<OutgoingInterface> entries = [];
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var strict = part.EndsWith('!');
            var name = strict ? part[..^1].TrimEnd() : part;
            var isAddress = IPAddress.TryParse(name, out var address);
            var kind = isAddress ? OutgoingInterfaceKind.Address
                : name.Equals("auto", StringComparison.OrdinalIgnoreCase) ? OutgoingInterfaceKind.Auto
                : OutgoingInterfaceKind.Name;
            entries.Add(new OutgoingInterface(kind, name, address, strict));
        }

        return entries;
    }
}
