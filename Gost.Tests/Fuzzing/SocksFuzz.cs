using Gost.Engine.Abstractions;
using Gost.Engine.Config.Model;
using Gost.Engine.Net;
using Gost.Engine.Protocols.Framing;
using Gost.Engine.Protocols.Socks.V5;
using Gost.Tests.Protocols.Socks;
using Gost.Tests.Testing;
using Xunit;

namespace Gost.Tests.Fuzzing;

/// <summary>What a SOCKS server and a SOCKS client may get: negotiation, requests, replies, datagrams in a stream and on a socket.</summary>
public sealed class SocksFuzz
{
    [Theory]
    [InlineData("socks4")]
    [InlineData("socks5")]
    public async Task Server_Mutated_NeverBreaks(string type)
    {
        await using EngineParts parts = new();
        var (open, asking) = (Handler(null), Handler(SocksParts.User));
        await FuzzRun.RunAsync(
            Seeds(type, fromClient: true),
            async x =>
            {
                await ServeAsync(open, x);
                await ServeAsync(asking, x);
            });

        // Mutated requests name any target: behind a chain that does not exist none is dialled.
        IHandler Handler(AuthConfig? auth)
        {
            var service = SocksParts.Service(type, auth, ("notls", true), ("udp", true));
            return SocksParts.Handler(parts.Services, service with { Handler = service.Handler! with { Chain = "missing" } }); // built with one
        }
    }

    [Theory]
    [InlineData("socks4")]
    [InlineData("socks5")]
    public async Task Client_Mutated_NeverBreaks(string type)
    {
        await using EngineParts parts = new();
        var connector = SocksParts.Connector(parts.Services, type, SocksParts.User, ("notls", true));
        await FuzzRun.RunAsync(Seeds(type, fromClient: false), x => AskAsync(connector, x));
    }

    [Fact]
    public Task Datagrams_Mutated_NeverBreakTheReader() =>
        FuzzRun.RunAsync([.. Seeds("socks5-udp", true).Select(static x => x[13..]), .. Seeds("socks5-bind-udp", false).Select(static x => x[12..])], RunAsync);

    /// <summary>Takes the bytes for datagrams in a stream, and for one datagram on a socket.</summary>
    internal static async Task RunAsync(byte[] input)
    {
        BufferPool buffers = new();
        var datagram = new byte[256];
        await using (FramedDatagramChannel channel = new(Fed(input), null, 4096, buffers))
        {
            try
            {
                while (await channel.ReceiveAsync(datagram, CancellationToken.None) is { } received)
                {
                    Assert.InRange(received.Length, 0, datagram.Length);
                    Assert.NotNull(received.From);
                }
            }
            catch (IOException)
            {
                // What a peer that sends something else is told.
            }
        }

        var whole = input.ToArray();
        var unwrapped = SocksDatagram.Unwrap(whole, whole.Length, 4096, new SocksAddressCache());
        Assert.InRange(unwrapped?.Length ?? 0, 0, input.Length);
        Assert.Equal(0, buffers.Outstanding);
    }

    /// <summary>Takes the bytes for what a client sends.</summary>
    internal static async Task ServeAsync(IHandler handler, byte[] input)
    {
        await using var flow = SocksParts.Flow(Fed(input));
        await Assert.ThrowsAsync<FlowException>(async () => await handler.HandleAsync(flow, CancellationToken.None));
    }

    /// <summary>Takes the bytes for what a far end answers.</summary>
    internal static async Task AskAsync(IConnector connector, byte[] input)
    {
        FedStream via = Fed(input);
        try
        {
            await using var stream = await connector.ConnectAsync(via, SocksParts.Tcp("example.com", 80), CancellationToken.None);
        }
        catch (FlowException)
        {
            // What a far end that speaks otherwise is.
        }

        Assert.True(via.IsDisposed);
    }

    private static FedStream Fed(byte[] input) => new(ends: true, chunks: input.Chunk(input.Length > 64 ? 1000 : 7));

    private static IReadOnlyList<byte[]> Seeds(string prefix, bool fromClient) =>
        [.. Recording.Names(prefix).Select(x => fromClient ? Recording.Load(x).FromClient() : Recording.Load(x).FromServer())];
}
