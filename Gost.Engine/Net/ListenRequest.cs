namespace Gost.Engine.Net;

/// <summary>What a listener wants to bind.</summary>
/// <param name="Service">The service's name: with a free port, and with <paramref name="ReusePort"/>, the socket is the service's own.</param>
/// <param name="Address">Where.</param>
/// <param name="ReusePort">Several sockets, also of other processes, share the port (SO_REUSEPORT).</param>
/// <param name="MultipathTcp">A Multipath TCP socket, where the kernel has it.</param>
internal sealed record ListenRequest(string Service, BindAddress Address, bool ReusePort = false, bool MultipathTcp = false);
