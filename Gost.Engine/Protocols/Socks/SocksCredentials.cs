using System.Text;
using Gost.Engine.Catalog;
using Gost.Engine.Config;

namespace Gost.Engine.Protocols.Socks;

/// <summary>User and password that a connector shows.</summary>
internal sealed record SocksCredentials(string User, string Password)
{
    private const int MaxLength = 255;

    /// <summary>Those of a connector, null = none. What SOCKS cannot carry is a finding.</summary>
    public static SocksCredentials? Of(ConnectorBuildContext context)
    {
        Check(context);
        return context.Connector.Auth is { } auth && (auth.Username.Length > 0 || auth.Password.Length > 0)
            ? new SocksCredentials(auth.Username, auth.Password)
            : null;
    }

    /// <summary>Adds a finding for a user or password that SOCKS cannot carry.</summary>
    public static void Check(ConnectorBuildContext context)
    {
        var auth = context.Connector.Auth;
        var pointer = context.Metadata.Pointer;
        if (auth is not null && (IsTooLong(auth.Username) || IsTooLong(auth.Password) || auth.Username.Contains('\0')))
        {
            context.Metadata.Findings.Add(new Finding(
                pointer[..(pointer.LastIndexOf('/') + 1)] + "auth", $"user and password may have at most {MaxLength} bytes in SOCKS, and no zero byte"));
        }
    }

    private static bool IsTooLong(string text) => Encoding.UTF8.GetByteCount(text) > MaxLength;
}
