namespace Gost.Engine.Protocols.WebSocket;

/// <summary>A head that is no upgrade; <see cref="Status"/> is what a server answers.</summary>
internal sealed class UpgradeException(int status, string message) : Exception(message)
{
    /// <summary>Status of the HTTP response.</summary>
    public int Status { get; } = status;
}
