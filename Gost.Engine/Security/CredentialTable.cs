using System.Security.Cryptography;
using System.Text;

namespace Gost.Engine.Security;

/// <summary>
/// User names and passwords, immutable. Passwords are kept and compared as keyed hashes of equal length, so that the time of a check tells
/// nothing of them. An empty password accepts any.
/// </summary>
internal sealed class CredentialTable
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Dictionary<string, byte[]?> _users = new(StringComparer.Ordinal);

    /// <summary>Takes the pairs; the last one of a user counts, one without user name does not.</summary>
    public CredentialTable(IEnumerable<(string User, string Password)> pairs)
    {
        foreach (var (user, password) in pairs)
        {
            if (user.Length > 0)
            {
                _users[user] = password.Length == 0 ? null : Hash(password);
            }
        }
    }

    /// <summary>How many users there are.</summary>
    public int Count => _users.Count;

    /// <summary>Whether the user is in this table at all.</summary>
    public bool Knows(string user) => _users.ContainsKey(user);

    /// <summary>Whether the pair is accepted.</summary>
    public bool Accepts(string user, string password)
    {
        var given = Hash(password);
        var isKnown = _users.TryGetValue(user, out var expected);
        var isEqual = CryptographicOperations.FixedTimeEquals(given, expected ?? _key);
        return isKnown && (expected is null || isEqual);
    }

    private byte[] Hash(string password) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(password));
}
