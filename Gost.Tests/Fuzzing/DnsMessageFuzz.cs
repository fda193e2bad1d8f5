using System.Net;
using Gost.Engine.Net.NameServers;
using Gost.Tests.Net.NameServers;
using Xunit;

namespace Gost.Tests.Fuzzing;

public sealed class DnsMessageFuzz
{
    [Fact]
    public async Task Answers_OfEveryForm_AreReadOrRefused()
    {
        await using StubNameServer server = new();
        server.Names["www.example.com"] = [IPAddress.Loopback, IPAddress.IPv6Loopback];
        var query = new byte[DnsMessage.MaxQuery];
        var length = DnsMessage.WriteQuery(query, 4660, "www.example.com", DnsType.A, null);
        byte[][] seeds = [server.Answer(query.AsSpan(0, length), "udp")];
        Assert.True(DnsMessage.TryReadAnswer(seeds[0], query, DnsType.A, out var whole));
        Assert.Equal([IPAddress.Loopback], whole.Addresses);

        await FuzzRun.RunAsync(seeds, input =>
        {
            if (DnsMessage.TryReadAnswer(input, query.AsSpan(0, length), DnsType.A, out var answer))
            {
                Assert.True(answer.Addresses.Length <= input.Length / 4);
            }

            return Task.CompletedTask;
        });
    }
}
