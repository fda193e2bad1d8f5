namespace Gost.Engine.Routing.Rules;

/// <summary>A function of the rule language, and what it needs to be answered.</summary>
/// <param name="Name">As it is written; case does not matter in rules.</param>
/// <param name="Arguments">How many it takes at least and at most.</param>
/// <param name="Needs">What it goes by.</param>
internal sealed record RuleFunction(string Name, (int Least, int Most) Arguments, RuleNeed Needs);

/// <summary>What a function goes by.</summary>
internal enum RuleNeed
{
    /// <summary>What is known of every flow.</summary>
    Flow,

    /// <summary>The name of the target: unknown where targets are what is being selected.</summary>
    Host,

    /// <summary>A request inside the stream, which no handler of this build looks into.</summary>
    Request,

    /// <summary>An object that this build does not enforce.</summary>
    Unsupported,
}
