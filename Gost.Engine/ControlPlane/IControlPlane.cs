using Gost.Engine.Config.Model;

namespace Gost.Engine.ControlPlane;

/// <summary>The one writer of the desired state, and the reader of what runs.</summary>
public interface IControlPlane
{
    /// <summary>What is wanted now.</summary>
    DesiredState Desired { get; }

    /// <summary>True once the store is loaded and every service had its first bind attempt.</summary>
    bool IsReady { get; }

    /// <summary>Validate, diff, prepare, commit, publish, retire; one at a time, in order of arrival.</summary>
    ValueTask<ChangeResult> ApplyAsync(ChangeRequest request, CancellationToken cancellationToken);

    /// <summary>The desired state as a document, without status.</summary>
    GostConfig Export();

    /// <summary>Status of a service, null when there is none of the name.</summary>
    ServiceStatus? GetStatus(string service);

    /// <summary>The state alone, which costs nothing; null when there is none of the name.</summary>
    ServiceState? GetState(string service);

    /// <summary>Live flows of a service, null when there is none of the name.</summary>
    IReadOnlyList<ConnectionInfo>? GetConnections(string service);

    /// <summary>Ends one flow at once; false when there is no such flow.</summary>
    bool CloseConnection(string service, long id);

    /// <summary>
    /// Tries the way to a target through a chain that exists, step by step; what it does marks nodes as a connection would. Null while another
    /// test of the chain is under way. The request is valid.
    /// </summary>
    ValueTask<ChainTestResult?> TestChainAsync(string chain, ChainTestConfig request, CancellationToken cancellationToken);

    /// <summary>
    /// The credentials check for handlers and the API: true when the named auther exists and accepts. A missing auther accepts nobody.
    /// Constant-time in the password.
    /// </summary>
    bool Authenticate(string auther, string username, string password);
}
