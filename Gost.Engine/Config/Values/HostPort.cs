using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Gost.Engine.Config.Values;

/// <summary>An address as it is written in configuration: <c>host:port</c>, <c>:port</c>, <c>[v6]:port</c>.</summary>
/// <param name="Host">Without brackets; empty = every address, or this host when it is dialled.</param>
/// <param name="Port">0 = a free one.</param>
/// <param name="IsBracketed">Whether the host was written in brackets.</param>
internal readonly record struct HostPort(string Host, int Port, bool IsBracketed)
{
    /// <summary>Takes an address apart, or says what is wrong with it and, where it can be guessed, what was meant.</summary>
    public static bool TryParse(string text, out HostPort value, [NotNullWhen(false)] out AddressFault? fault)
    {
        value = default;
        fault = Split(text, out var host, out var port, out var bracketed) ?? CheckHost(host, bracketed) ?? CheckPort(text, port);
        if (fault is not null)
        {
            return false;
        }

        value = new HostPort(host, port.Length == 0 ? 0 : int.Parse(port, CultureInfo.InvariantCulture), bracketed);
        return true;
    }

    private static AddressFault? Split(string text, out string host, out string port, out bool bracketed)
    {
        (host, port, bracketed) = ("", "", false);
        if (text.Contains(',', StringComparison.Ordinal))
        {
            return new AddressFault("holds several addresses; write one");
        }

        if (text.StartsWith('['))
        {
            var close = text.IndexOf(']', StringComparison.Ordinal);
            if (close < 0)
            {
                return new AddressFault("has a [ without ]");
            }

            (host, bracketed) = (text[1..close], true);
            var rest = text[(close + 1)..];
            if (!rest.StartsWith(':'))
            {
                return new AddressFault("has no port", rest.Length == 0 ? $"{text}:80" : null) { IsPortMissing = rest.Length == 0 };
            }

            port = rest[1..];
            return null;
        }

        var colon = text.LastIndexOf(':');
        if (colon < 0)
        {
            host = text;
            var isNumber = text.Length is > 0 and <= 5 && text.All(char.IsAsciiDigit);
            return isNumber
                ? new AddressFault("has no port", $":{text}")
                : CheckHost(text, bracketed: false) ?? new AddressFault("has no port") { IsPortMissing = true };
        }

        (host, port) = (text[..colon], text[(colon + 1)..]);
        return host.Contains(':', StringComparison.Ordinal)
            ? IPAddress.TryParse(text, out _)
                ? new AddressFault("is an IPv6 address without port; write it in brackets", $"[{text}]:80")
                : new AddressFault("has too many colons; write an IPv6 address in brackets, [::1]:80")
            : null;
    }

    private static AddressFault? CheckHost(string host, bool bracketed)
    {
        if (bracketed)
        {
            return IPAddress.TryParse(host, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6
                ? null
                : new AddressFault("has no IPv6 address in its brackets");
        }

        if (host.Length > 253)
        {
            return new AddressFault("has a host name of more than 253 characters");
        }

        if (host.Length > 0 && host.All(static x => char.IsAsciiDigit(x) || x == '.') && (host.Count('.') != 3 || !IPAddress.TryParse(host, out _)))
        {
            return new AddressFault("has a host that is no IPv4 address");
        }

        foreach (var c in host)
        {
            // International names may be written as they are; what the system cannot resolve it says itself.
            if (char.IsWhiteSpace(c) || char.IsControl(c) || "/\\?#@<>\"'`{}|^%*[]".Contains(c, StringComparison.Ordinal))
            {
                return new AddressFault(char.IsWhiteSpace(c) || char.IsControl(c) ? "has a blank or control character in its host" : $"has the character {c} in its host");
            }
        }

        return null;
    }

    private static AddressFault? CheckPort(string text, string port)
    {
        if (port.Length == 0)
        {
            return new AddressFault("has an empty port", $"{text}0");
        }

        if (port.Length > 1 && port.Contains('-', StringComparison.Ordinal) && port.All(static x => char.IsAsciiDigit(x) || x == '-'))
        {
            return new AddressFault("has a port range; ranges exist only on the command line, write one service or node per port");
        }

        if (!port.All(char.IsAsciiDigit))
        {
            return new AddressFault("has a port that is no number");
        }

        return int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= ushort.MaxValue
            ? null
            : new AddressFault("has a port above 65535");
    }
}

/// <summary>Why an address cannot be used; the text goes after the address.</summary>
internal sealed record AddressFault(string Message, string? Suggestion = null)
{
    /// <summary>Only the port is missing; a target may do without.</summary>
    public bool IsPortMissing { get; init; }
}
