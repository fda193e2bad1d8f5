using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Fuzzing;

public sealed class SmuxFuzzTests
{
    [Fact]
    public Task Session_MutatedRecordings_EndsAndGivesEverythingBack() => FuzzRun.RunAsync(
        [.. Recording.Names("relay-mtcp").Select(Recording.Load).SelectMany(static x => new[] { x.FromClient(), x.FromServer() }),
            Convert.FromHexString("010300000100000001000000030000000102050003000000" + "68656c6c6f" + "01010000030000000103000003000000"),
            Convert.FromHexString("020300000100000002000000030000000204080003000000" + "0000000000000100" + "0201000003000000")],
        SmuxFuzz.RunAsync);
}
