using Gost.Engine.Config;

namespace Gost.Engine.Net;

/// <summary>What outgoing sockets are bound to. Source: spec/forwarding.md section 11.</summary>
/// <param name="Interfaces">Tried in order; empty = the system decides.</param>
/// <param name="Mark"><c>so_mark</c>; 0 = none.</param>
/// <param name="Netns">A network namespace, which this build cannot enter: a dial fails. Empty = none.</param>
internal sealed record OutgoingOptions(IReadOnlyList<OutgoingInterface> Interfaces, uint Mark, string Netns)
{
    /// <summary>Nothing said.</summary>
    public static OutgoingOptions None { get; } = new([], 0, "");

    /// <summary>Whether the address that the client connected to matters.</summary>
    public bool UsesClientSide => Interfaces.Any(static x => x.Kind == OutgoingInterfaceKind.Auto);

    /// <summary>Reads the metadata of a service or node; the other values are the deprecated members beside it.</summary>
    public static OutgoingOptions Bind(MetadataReader metadata, string deprecatedInterface, long deprecatedMark)
    {
        var text = metadata.GetString("interface") ?? deprecatedInterface;
        var mark = metadata.GetInt(deprecatedMark, 0, uint.MaxValue, "so_mark");
        var netns = metadata.GetString("netns.out", "netns") ?? "";
        return text.Length == 0 && mark == 0 && netns.Length == 0 ? None : new OutgoingOptions(OutgoingInterface.ParseList(text), (uint)mark, netns);
    }
}
