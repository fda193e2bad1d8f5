namespace Gost.Ssh.Keys;

/// <summary>A key that cannot be used, in words for its owner; never holds anything of the key.</summary>
public sealed class SshKeyException : Exception
{
    /// <summary>A problem with the words for it.</summary>
    public SshKeyException(SshKeyProblem problem, string message, Exception? inner = null)
        : base(message, inner) => Problem = problem;

    /// <summary>What is wrong.</summary>
    public SshKeyProblem Problem { get; }
}
