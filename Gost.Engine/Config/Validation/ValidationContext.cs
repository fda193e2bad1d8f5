namespace Gost.Engine.Config.Validation;

/// <summary>What a configuration is judged by.</summary>
/// <param name="Supported">Types that can run here.</param>
/// <param name="FilesFolder">Where files named over REST must lie; null = none may be named.</param>
/// <param name="FilesRestricted">True for what came over REST; the command line and <c>-C</c> are free.</param>
internal sealed record ValidationContext(SupportedTypes Supported, string? FilesFolder, bool FilesRestricted);
