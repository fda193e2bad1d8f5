using FluentValidation;
using Gost.Engine.Config.Model;

namespace Gost.Engine.Config.Validation;

/// <summary>
/// A validator of one aspect of a record. Failures carry JSON pointers instead of property paths, since a pointer is what clients are told.
/// Immutable and shared.
/// </summary>
internal abstract class Aspect<TConfig> : AbstractValidator<TConfig>, IAspect
    where TConfig : NamedConfig
{
    private const string ContextKey = "gost";

    protected Aspect() => RuleFor(static x => x).Custom(
        (config, rule) => Check(config, new Report(rule.AddFailure, (ValidationContext)rule.RootContextData[ContextKey])));

    /// <inheritdoc/>
    public void Run(NamedConfig config, ValidationContext context, List<Finding> findings)
    {
        if (config is not TConfig value)
        {
            return;
        }

        ValidationContext<TConfig> run = new(value);
        run.RootContextData[ContextKey] = context;
        foreach (var failure in Validate(run).Errors)
        {
            findings.Add(Report.ToFinding(failure));
        }
    }

    /// <summary>Reports every finding of the aspect.</summary>
    protected abstract void Check(TConfig config, Report report);
}
