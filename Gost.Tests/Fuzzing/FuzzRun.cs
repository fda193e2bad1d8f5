using System.Globalization;

namespace Gost.Tests.Fuzzing;

/// <summary>
/// Feeds a target with mutations of known inputs. A target throws nothing but for a defect: what a peer's bytes may cause is caught in it. The number
/// of inputs is 2,000 in the suite and <c>GOST_FUZZ_INPUTS</c> in a long run; the seed is fixed unless <c>GOST_FUZZ_SEED</c> is set.
/// </summary>
internal static class FuzzRun
{
    private const int InputsInTheSuite = 2_000;
    private const int LongestInput = 64 * 1024;

    // An input that takes longer hangs: the slowest machine needs a fraction of it.
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);

    /// <summary>How many inputs a run takes.</summary>
    public static int Inputs => Read("GOST_FUZZ_INPUTS", InputsInTheSuite);

    /// <summary>Runs <paramref name="target"/> over mutations of <paramref name="seeds"/>; an input that fails is in the message, in hex.</summary>
    public static async Task RunAsync(IReadOnlyList<byte[]> seeds, Func<byte[], Task> target)
    {
        Random random = new(Read("GOST_FUZZ_SEED", 20_240_601));
        var count = Inputs;
        for (var i = 0; i < count; i++)
        {
            // The seeds themselves come first: a target that cannot take those is no target.
            var input = i < seeds.Count ? seeds[i] : Mutate(seeds, random);
            try
            {
                await target(input).WaitAsync(Hang);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"input {i} of {count}, {Convert.ToHexString(input)}: {e.Message}", e);
            }
        }
    }

    private static byte[] Mutate(IReadOnlyList<byte[]> seeds, Random random)
    {
        List<byte> bytes = [.. seeds[random.Next(seeds.Count)]];
        for (var step = random.Next(1, 6); step > 0; step--)
        {
            Mutate(bytes, seeds, random);
        }

        return [.. bytes.Take(LongestInput)];
    }

    private static void Mutate(List<byte> bytes, IReadOnlyList<byte[]> seeds, Random random)
    {
        var at = random.Next(bytes.Count + 1);
        switch (random.Next(7))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                // Values at the borders of lengths and types.
                ReadOnlySpan<byte> borders = [0, 1, 2, 3, 4, 5, 0x0d, 0x0a, 0x7f, 0x80, 0xfe, 0xff];
                bytes[at] = borders[random.Next(borders.Length)];
                break;
            case 2 when at < bytes.Count:
                bytes.RemoveRange(at, random.Next(1, bytes.Count - at + 1));
                break;
            case 3:
                var insert = new byte[random.Next(1, 32)];
                random.NextBytes(insert);
                bytes.InsertRange(at, insert);
                break;
            case 4:
                var other = seeds[random.Next(seeds.Count)];
                var from = random.Next(other.Length + 1);
                bytes.InsertRange(at, other.Skip(from).Take(random.Next(other.Length - from + 1)));
                break;
            case 5 when bytes.Count > 0:
                var start = random.Next(bytes.Count);
                bytes.InsertRange(at, bytes.Skip(start).Take(random.Next(1, 64)).ToArray());
                break;
            default:
                bytes.AddRange(new byte[random.Next(1, 300)]);
                break;
        }
    }

    private static int Read(string variable, int fallback) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : fallback;
}
