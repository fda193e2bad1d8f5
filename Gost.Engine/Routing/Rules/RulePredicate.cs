namespace Gost.Engine.Routing.Rules;

/// <summary>
/// Judges a flow; null = it cannot be known, because the flow carries nothing of the kind. Three-valued, so that <c>!Path(`/x`)</c> does not
/// match what has no path at all. Any thread.
/// </summary>
internal delegate bool? RulePredicate(in RouteQuery query);
