namespace Gost.Engine.Protocols.Http.Messages;

/// <summary>What a request begins with.</summary>
/// <param name="Method">A token; its case matters.</param>
/// <param name="Target">The request target as it stands in the first line: never empty, without blanks.</param>
/// <param name="Minor">The second figure of the version: 0 or 1.</param>
/// <param name="Fields">The header.</param>
internal sealed record HttpRequestHead(string Method, string Target, int Minor, HttpFields Fields)
{
    /// <summary>Whether the client asks for a tunnel.</summary>
    public bool IsConnect => Method == "CONNECT";

    /// <summary>Whether the client would send another request on this connection.</summary>
    public bool WantsMore =>
        !HasOption("close") && (Minor > 0 || HasOption("keep-alive"));

    // Clients of a proxy say it under either name.
    private bool HasOption(string option) => Fields.HasToken("Connection", option) || Fields.HasToken("Proxy-Connection", option);
}
