namespace Gost.Ssh.Keys;

/// <summary>A line of a key file that gives no key.</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Reason">Why, in words for the owner of the file.</param>
public sealed record RefusedKeyLine(int Line, string Reason);
