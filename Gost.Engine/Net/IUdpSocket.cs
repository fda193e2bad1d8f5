using Gost.Engine.Runtime;

namespace Gost.Engine.Net;

/// <summary>A bound UDP socket whose clients have sessions. Which listener gets new ones is one reference, swapped without stopping. Any thread.</summary>
internal interface IUdpSocket : ISharedDatagrams
{
    /// <summary>The lane of its datagrams.</summary>
    DataLane Lane { get; }

    /// <summary>The clients of the socket.</summary>
    UdpSessionTable Sessions { get; }

    /// <summary>Sends new sessions to another listener from now on; those that live stay with theirs. The first one starts the receiving.</summary>
    void Attach(UdpAttachment attachment);

    /// <summary>Ends an attachment, if it is still the current one; when this returns no session is being offered to it.</summary>
    void Detach(UdpAttachment attachment);
}
