namespace Gost.Engine.Net;

/// <summary>How many descriptors the process may have open, and how many it has.</summary>
internal interface IDescriptorProbe
{
    /// <summary>The limit in force now (it can be changed from outside); <see cref="long.MaxValue"/> = none or not known.</summary>
    long Limit { get; }

    /// <summary>Open descriptors now.</summary>
    long Open { get; }
}
