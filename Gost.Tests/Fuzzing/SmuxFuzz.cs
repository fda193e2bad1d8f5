using Gost.Engine.Protocols.Mux;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Fuzzing;

/// <summary>A session fed with any bytes ends, throws nothing, and gives every buffer back.</summary>
internal static class SmuxFuzz
{
    public static async Task RunAsync(byte[] input)
    {
        await using EngineParts engine = new();
        using DuplexPair transport = new();

        // The first byte says what they are fed to: a version and a role.
        var version = input.Length > 0 && (input[0] & 1) == 0 ? 2 : 1;
        var session = SmuxSession.Start(transport.Far, SmuxOptions.Default(version), isClient: input.Length > 1 && (input[1] & 64) != 0, engine.Services);
        var serving = ServeAsync(session);
        var draining = DrainAsync(transport);
        try
        {
            await transport.Near.WriteAsync(input);
        }
        catch (IOException)
        {
            // Ended before it had read all.
        }

        await transport.Near.CompleteWritesAsync(CancellationToken.None);
        await session.Completion;
        Assert.Equal(0, session.StreamCount);
        await serving;
        await draining;
        await session.DisposeAsync();
    }

    private static async Task ServeAsync(SmuxSession session)
    {
        // Every other stream is read, the others stall.
        var buffer = new byte[256];
        for (var i = 0; await session.AcceptStreamAsync(CancellationToken.None) is { } stream; i++)
        {
            await using (stream)
            {
                try
                {
                    if (i % 2 == 0 && await stream.ReadAsync(buffer) > 0)
                    {
                        await stream.WriteAsync(buffer);
                    }
                }
                catch (IOException)
                {
                    // The session ended.
                }
            }
        }
    }

    private static async Task DrainAsync(DuplexPair transport)
    {
        var buffer = new byte[4096];
        try
        {
            while (await transport.Near.ReadAsync(buffer) > 0)
            {
            }
        }
        catch (IOException)
        {
            // Cut by the session.
        }
    }
}
