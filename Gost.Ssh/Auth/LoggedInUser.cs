using Gost.Ssh.Keys;

namespace Gost.Ssh.Auth;

/// <summary>Who was let in, and the key that proved it; null where it was not a key.</summary>
internal readonly record struct LoggedInUser(string Name, SshPublicKey? Key);
