using Gost.Engine.Config.Model;

namespace Gost.Engine.Config.Validation;

/// <summary>One aspect that objects are checked for.</summary>
internal interface IAspect
{
    /// <summary>Adds findings with object-relative pointers; does nothing for objects it is not meant for.</summary>
    void Run(NamedConfig config, ValidationContext context, List<Finding> findings);
}
