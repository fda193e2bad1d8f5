using System.Collections.Immutable;

namespace Gost.Engine.Routing.Rules;

/// <summary>A rule that was read.</summary>
/// <param name="Predicate">What it says of a flow.</param>
/// <param name="Functions">The functions it uses, in order of their first use.</param>
internal sealed record Rule(RulePredicate Predicate, ImmutableArray<RuleFunction> Functions);
