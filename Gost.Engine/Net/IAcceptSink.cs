using Gost.Engine.Abstractions;

namespace Gost.Engine.Net;

/// <summary>Takes the connections of a listening socket. Called by one accept loop, one call at a time; must neither wait nor throw.</summary>
internal interface IAcceptSink
{
    /// <summary>Takes over an accepted stream.</summary>
    void Accept(SocketStream stream);

    /// <summary>A temporary fault of accepting, or null when it is over.</summary>
    void ReportFault(FlowException? fault);
}
