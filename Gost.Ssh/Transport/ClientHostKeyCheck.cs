using Gost.Ssh.Keys;

namespace Gost.Ssh.Transport;

/// <summary>Whether a client trusts a key, which the server has proved to own. Throws <see cref="SshException"/> of a host key to refuse.</summary>
internal delegate ValueTask ClientHostKeyCheck(SshPublicKey hostKey, CancellationToken cancellationToken);
