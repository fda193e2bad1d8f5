using Gost.Engine.Config;
using Gost.Engine.Config.CommandLine;
using Xunit;

namespace Gost.Tests.CommandLine;

public sealed class CommandLineFuzzTests
{
    private const int Rounds = 100_000;

    private static readonly string[] Pieces =
    [
        "tcp", "udp", "rtcp", "relay", "tls", "ss", "ssh", "unix", "stdio", "serial", "foo", "https", "auto", "+", "://", ":", "/", "?", "&", "=", ",", "@", "#",
        "%", "%zz", "%41", "%ff", "%00", ";", "-", "[", "]", "::1", "80", "8000-8003", "99999", "-1", "http", "192.168.1.1", "a.b", "user", "p:w", "strategy",
        "maxFails", "failTimeout=3s", "auth=", "dXNlcjpwYXNz", "certFile", "tls.", "handler.", "listener.", "service.", "hop.", "node.", "dialer.", "connector.",
        "interface", "so_mark=1", "proxyProtocol=2", "dns=1,2", "admission=~a", "bypass=b", "resolver=x", "hosts=a:b", "limiter.in=1", "climiter=3", "rlimiter=1e3",
        "retries=2", "secure=true", "servername", "serverName", "prefer", " ", "\t", "\0", "ü", "\ud800", "'", "\"", "\\", "", "--", "-L", "-F", "-api", "-C", "-D",
    ];

    [Fact]
    public void Convert_RandomCommandLines_GiveDocumentsOrFindings()
    {
        Random random = new(20250101);
        var converted = 0;
        for (var round = 0; round < Rounds; round++)
        {
            string[] arguments = random.Next(4) switch
            {
                0 => ["-L", Text(random)],
                1 => ["-F", Text(random)],
                2 => ["-L", "tcp://" + Text(random), "-F", "http://" + Text(random), "-api", Text(random)],
                _ => [.. Enumerable.Range(0, random.Next(6)).Select(_ => Text(random))],
            };
            try
            {
                var document = CommandLineConverter.ConvertArguments(arguments);
                if (round % 16 == 0)
                {
                    Assert.NotEmpty(ConfigWriter.Write(document, ConfigFormat.Yaml));
                }

                converted++;
            }
            catch (ConfigException e)
            {
                Assert.NotEmpty(e.Findings);
            }
        }

        Assert.InRange(converted, Rounds / 50, Rounds);
    }

    [Fact]
    public void SplitShellWords_RandomText_GivesWordsOrFindings()
    {
        Random random = new(7);
        for (var round = 0; round < Rounds; round++)
        {
            try
            {
                _ = CommandLineConverter.SplitShellWords(Text(random));
            }
            catch (ConfigException e)
            {
                Assert.NotEmpty(e.Findings);
            }
        }
    }

    private static string Text(Random random)
    {
        var text = "";
        for (var i = random.Next(12); i > 0; i--)
        {
            text += Pieces[random.Next(Pieces.Length)];
        }

        return text;
    }
}
