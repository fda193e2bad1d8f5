using Xunit;

namespace Gost.Tests.Testing;

/// <summary>Tests that measure the whole process (allocations, descriptors) and therefore run while no other does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
