using System.Runtime.Intrinsics.X86;
using Gost.Ssh.Algorithms;
using Xunit;

namespace Gost.Tests.Protocols.Ssh;

/// <summary>What <c>docs/security.md</c> says is offered is what is offered.</summary>
public sealed class SshSecurityPageTests
{
    [Fact]
    public void Page_ListsTheAlgorithmsThatAreOffered_InTheirOrder()
    {
        Assert.SkipUnless(Aes.IsSupported, "the page has the order of processors with instructions for AES");
        var listed = File.ReadLines(Page()).Where(static x => x.StartsWith('(') && x.IndexOf(") ", StringComparison.Ordinal) is > 0 and < 6);

        Assert.Equal(SshAlgorithms.Offered.SelectMany(static x => x.Value.Select(name => $"({x.Key}) {name}")), listed);
    }

    private static string Page()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Gost.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("the tests do not run inside the repository");
        }

        return Path.Combine(folder.FullName, "docs", "security.md");
    }
}
