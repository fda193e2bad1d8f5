using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.Runtime;

namespace Gost.Engine.Routing.Rules;

/// <summary>Which flows a node, hop or chain takes: a matcher, else a filter, else all. Source: spec/config.md section 6.</summary>
/// <param name="Predicate">Null = every flow.</param>
/// <param name="Priority">Higher goes first; 0 = none.</param>
internal sealed record SelectionRule(RulePredicate? Predicate, long Priority)
{
    /// <summary>Takes everything.</summary>
    public static SelectionRule Any { get; } = new(null, 0);

    /// <summary>Whether the flow is taken. What cannot be known does not match.</summary>
    public bool Accepts(in RouteQuery query) => Predicate is null || Predicate(query) == true;

    /// <summary>Compiles; a rule that cannot be read is an error finding and takes nothing.</summary>
    public static SelectionRule Compile(
        MatcherConfig? matcher, NodeFilterConfig? filter, string pointer, EngineServices engine, List<Finding> findings)
    {
        if (matcher is { Rule.Length: > 0 })
        {
            try
            {
                // A longer rule is taken for a more special one.
                var priority = matcher.Priority != 0 ? matcher.Priority : matcher.Rule.Length;
                return new SelectionRule(RuleParser.Parse(matcher.Rule, engine.Objects.Admissions).Predicate, priority);
            }
            catch (RuleException exception)
            {
                findings.Add(new Finding($"{pointer}/matcher/rule", exception.Message, FindingSeverity.Error, Suggestion: exception.Suggestion));
                return new SelectionRule(static (in RouteQuery _) => false, 0);
            }
        }

        // An empty rule matches everything, so its priority may act.
        return matcher is not null ? new SelectionRule(null, matcher.Priority) : Of(filter);
    }

    private static SelectionRule Of(NodeFilterConfig? filter)
    {
        if (filter is null || filter.Host.Length + filter.Protocol.Length + filter.Path.Length == 0)
        {
            return Any;
        }

        if (filter.Protocol.Length + filter.Path.Length > 0)
        {
            // Both are known only of a request inside the stream.
            return new SelectionRule(static (in RouteQuery _) => null, 0);
        }

        HostPattern pattern = new(filter.Host);
        return new SelectionRule((in RouteQuery query) => query.Target is { } target && pattern.Matches(target.Host), 0);
    }
}
