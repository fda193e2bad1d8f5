using Gost.Engine.Config;
using Gost.Engine.Config.Validation;
using Gost.Tests.Golden.Broken;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Config;

public sealed class BrokenDocumentTests
{
    private static readonly ValidationContext Context = new(
        new SupportedTypes(
            PlainTypes.Named("tcp", "udp"), PlainTypes.Named("tcp", "udp", "forward"), PlainTypes.Named("tcp"), PlainTypes.Named("forward")),
        FilesFolder: null,
        FilesRestricted: true);

    // Each takes well below a second by itself; the rest is for a busy machine. What is not bounded would take minutes.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    [Fact]
    public void BrokenDocuments_AreTwoHundredDifferentOnes()
    {
        Assert.InRange(BrokenDocuments.All.Count, 200, int.MaxValue);
        Assert.Distinct(BrokenDocuments.All.Select(x => x.Name));
    }

    [Fact]
    public void Read_BrokenDocument_GivesAnErrorQuicklyAndNeverThrows()
    {
        List<string> failures = [];
        foreach (var broken in BrokenDocuments.All)
        {
            var start = TimeProvider.System.GetTimestamp();
            var findings = Findings(broken);
            var elapsed = TimeProvider.System.GetElapsedTime(start);
            if (!findings.Any(x => x.Severity == FindingSeverity.Error && x.Message.Length is > 0 and < 1_000 && x.Pointer.Length < 1_000))
            {
                failures.Add($"{broken}: accepted, or without a message: {string.Join("; ", findings.Select(x => x.Message))}");
            }

            if (elapsed > Limit)
            {
                failures.Add($"{broken}: took {elapsed}");
            }
        }

        Assert.Empty(failures);
    }

    private static System.Collections.Immutable.ImmutableArray<Finding> Findings(BrokenDocument broken)
    {
        if (broken.IsDocument)
        {
            var document = ConfigReader.ReadDocument(broken.Bytes, broken.Format);
            return document.Value is null ? document.Findings : ConfigValidator.ValidateDocument(document.Value, Context);
        }

        var value = ConfigReader.ReadObject(ConfigKind.Services, broken.Bytes, broken.Format);
        return value.Value is null ? value.Findings : ConfigValidator.ValidateObject(ConfigKind.Services, value.Value, Context);
    }
}
