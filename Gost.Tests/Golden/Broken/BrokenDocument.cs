using Gost.Engine.Config;

namespace Gost.Tests.Golden.Broken;

/// <summary>A body that must be refused with a message, whoever sends it.</summary>
/// <param name="Name">Unique among the cases.</param>
/// <param name="Bytes">What is sent.</param>
/// <param name="Format">The language it is sent as.</param>
/// <param name="Status">The HTTP status that answers it.</param>
/// <param name="IsDocument">True for <c>/config/import</c>, false for <c>/config/services</c>.</param>
public sealed record BrokenDocument(string Name, byte[] Bytes, ConfigFormat Format, int Status, bool IsDocument)
{
    /// <inheritdoc/>
    public override string ToString() => Name;
}
