using Gost.Engine.Abstractions;
using Gost.Engine.Net;

namespace Gost.Engine.Binds;

/// <summary>A sink that says how sessions of datagrams are to live.</summary>
internal interface ISessionSink : IInboundSink
{
    /// <summary>Who gets new sessions now; null = nobody, their datagrams are dropped.</summary>
    UdpAttachment? Sessions { get; }
}
