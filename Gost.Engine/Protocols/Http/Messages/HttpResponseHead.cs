namespace Gost.Engine.Protocols.Http.Messages;

/// <summary>What a response begins with.</summary>
/// <param name="Minor">The second figure of the version: 0 or 1.</param>
/// <param name="Status">100 to 999.</param>
/// <param name="Reason">The text behind it, may be empty.</param>
/// <param name="Fields">The header.</param>
internal sealed record HttpResponseHead(int Minor, int Status, string Reason, HttpFields Fields)
{
    /// <summary>Whether the server would take another request on this connection.</summary>
    public bool TakesMore => !Fields.HasToken("Connection", "close") && (Minor > 0 || Fields.HasToken("Connection", "keep-alive"));
}
