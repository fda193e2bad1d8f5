using Gost.Engine.Abstractions;

namespace Gost.Engine.Binds;

/// <summary>A listener at a far end whose flows come through one connection to it, and end with it.</summary>
internal interface ITunnel : IListener
{
    /// <summary>Flows that would be lost if it were disposed now.</summary>
    int LiveFlows { get; }
}
