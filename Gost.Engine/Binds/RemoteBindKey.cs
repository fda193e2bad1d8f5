using Gost.Engine.Abstractions;
using Gost.Engine.Config.Model;
using Gost.Engine.Net;

namespace Gost.Engine.Binds;

/// <summary>What makes two generations of a service share one bind at a far end: a change of anything else leaves the tunnel alone.</summary>
/// <param name="Service">The service.</param>
/// <param name="Network">TCP or UDP.</param>
/// <param name="Address">What is to be bound, as the service writes it.</param>
/// <param name="Chain">The chain that leads there, empty = none.</param>
/// <param name="Group">The group of chains that leads there.</param>
internal sealed record RemoteBindKey(string Service, TargetNetwork Network, BindAddress Address, string Chain, ChainGroupConfig? Group);
