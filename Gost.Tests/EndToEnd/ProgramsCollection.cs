using Xunit;

namespace Gost.Tests.EndToEnd;

/// <summary>Tests that start the program run one after the other: they move much data and measure processor time.</summary>
[CollectionDefinition(Name)]
public sealed class ProgramsCollection
{
    public const string Name = "programs";
}
