using Gost.Engine.Config.Model;
using Gost.Engine.Config.Nodes;

namespace Gost.Engine.Config.Validation;

/// <summary>Names must be there and must be reachable as <c>/config/{kind}/{name}</c>, which clients send without escaping.</summary>
internal sealed class NameAspect : Aspect<NamedConfig>
{
    private const int MaxLength = 253;
    private const string Pointer = "/name";

    /// <inheritdoc/>
    protected override void Check(NamedConfig config, Report report)
    {
        var name = config.Name;
        if (string.IsNullOrWhiteSpace(name))
        {
            report.Error(Pointer, $"{Noun(config)} name is required");
            return;
        }

        if (name.Length > MaxLength)
        {
            report.Error(Pointer, $"the name is longer than {MaxLength} characters");
        }

        if (name.Any(char.IsControl))
        {
            report.Error(Pointer, "the name has control characters");
        }

        // A lone half of a surrogate pair cannot be stored as UTF-8.
        if (name.EnumerateRunes().Any(static x => x == System.Text.Rune.ReplacementChar))
        {
            report.Error(Pointer, "the name has characters that are no text");
        }

        if (name is "." or ".." || name.IndexOfAny(['/', '\\', '?', '#', '%']) >= 0)
        {
            report.Error(Pointer, $"\"{JsonPointer.Shorten(name)}\" cannot be reached by path; names are not . or .. and have none of / \\ ? # %");
        }
    }

    private static string Noun(NamedConfig config) => ConfigKind.All.FirstOrDefault(x => x.RecordType == config.GetType())?.Noun ?? "object";
}
