using System.Text;
using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Mux;
using Gost.Tests.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Mux;

/// <summary>One session against bytes: recorded ones, those of a peer that knows no half-close, and hostile ones.</summary>
public sealed class SmuxWireTests : IAsyncDisposable
{
    private const string Announcement = "03000001000000";

    private readonly FakeTimeProvider _time = new();
    private readonly EngineParts _engine;
    private readonly DuplexPair _transport = new();
    private SmuxSession? _session;

    public SmuxWireTests() => _engine = new EngineParts(_time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Client_DoesWhatTheRecordedOneDid_SendsTheSameBytes()
    {
        var recording = Recording.Load("relay-mtcp");
        var session = Start(2, isClient: true);
        var stream = await session.OpenStreamAsync(Token);
        await stream.WriteAsync(recording.FromClient().AsMemory(16, 19), Token);
        await SendAsync(Convert.ToHexString(recording.FromServer()[..33]));
        var buffer = new byte[4];
        await stream.ReadExactlyAsync(buffer, Token);
        await stream.ReadExactlyAsync(new byte[5], Token);
        await stream.WriteAsync(recording.Payloads[1], Token);
        await SendAsync(Convert.ToHexString(recording.FromServer()[33..]));
        await stream.ReadExactlyAsync(new byte[10], Token);
        Assert.Equal(0, await stream.ReadAsync(buffer, Token));
        await stream.DisposeAsync();
        await ExpectAsync("02" + Announcement + Convert.ToHexString(recording.FromClient()));
    }

    [Fact]
    public async Task Server_DoesWhatTheRecordedOneDid_SendsTheSameBytes()
    {
        var recording = Recording.Load("relay-mtcp");
        var session = Start(2, isClient: false);
        await SendAsync(Convert.ToHexString(recording.FromClient()[..35]));
        var stream = (await session.AcceptStreamAsync(Token))!;
        await stream.ReadExactlyAsync(new byte[4], Token);
        await stream.ReadExactlyAsync(new byte[15], Token);
        await stream.WriteAsync(Convert.FromHexString("0100000068656c6c6f"), Token);
        await SendAsync(Convert.ToHexString(recording.FromClient()[35..69]));
        await stream.ReadExactlyAsync(new byte[10], Token);
        await stream.WriteAsync(recording.Payloads[1], Token);
        await SendAsync(Convert.ToHexString(recording.FromClient()[69..]));
        Assert.Equal(0, await stream.ReadAsync(new byte[1], Token));
        await stream.DisposeAsync();
        await ExpectAsync("02" + Announcement + Convert.ToHexString(recording.FromServer()));
    }

    [Fact]
    public void Decoder_RecordedStreams_AreDecodedSideBySide()
    {
        var recording = Recording.Load("relay-mtcp-many");
        var sent = Decode(recording.FromClient(), 2);
        Assert.Equal(["open 3", "open 5", "open 7"], sent.Where(static x => x.StartsWith("open", StringComparison.Ordinal)));
        Assert.Equal(["end 3", "end 5", "end 7"], sent.Where(static x => x.StartsWith("end", StringComparison.Ordinal)).Order());
        Assert.Equal(["end 3", "end 5", "end 7"], Decode(recording.FromServer(), 2).Where(static x => x.StartsWith("end", StringComparison.Ordinal)).Order());
    }

    [Theory]
    [InlineData("relay-bind-tcp")]
    [InlineData("relay-bind-tcp-many")]
    [InlineData("socks5-bind-tcp")]
    [InlineData("socks5-bind-tcp-mux")]
    [InlineData("socks5-bind-tcp-many")]
    public void Decoder_RecordedBinds_FramesFollowTheReplies(string name)
    {
        var recording = Recording.Load(name);
        var server = recording.FromServer();
        var start = IndexOf(server, "0100000003000000");
        var opened = Decode(server[start..]);
        Assert.Equal("open 3", opened[0]);
        var client = recording.FromClient();
        start = name.StartsWith("relay", StringComparison.Ordinal) ? 4 + (client[2] << 8) + client[3] : IndexOf(client, "0102");
        var answered = Decode(client[start..]);
        Assert.StartsWith("data 3", answered[0], StringComparison.Ordinal);
        Assert.Equal(
            opened.Where(static x => x.StartsWith("open", StringComparison.Ordinal)).Select(static x => "end " + x[5..]).Order(),
            opened.Where(static x => x.StartsWith("end", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task CompleteWrites_PeerAnnouncesNothing_EndWaitsForTheAnswer()
    {
        var stream = await AcceptAsync();
        await stream.CompleteWritesAsync(Token);
        var reading = stream.ReadAsync(new byte[8], Token).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(900));
        await SendAsync("010202000300000061620102020003000000636401020200030000006566");
        await reading;
        Assert.Equal(4, await ReadAsync(stream, 4));
        reading = stream.ReadAsync(new byte[8], Token).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(900));
        _time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.Equal(1, _session!.StreamCount);
        Assert.False(reading.IsCompleted);

        // Nothing for a second: the end goes out, and the peer closes for good.
        _time.Advance(TimeSpan.FromMilliseconds(1001));
        await ExpectAsync("01" + Announcement + "0101000003000000");
        await SendAsync("0101000003000000");
        Assert.Equal(0, await reading);
        await stream.DisposeAsync();
        Assert.Equal(0, _session.StreamCount);
    }

    [Fact]
    public async Task PeerEnds_ItAnnouncedNothing_WritesAreDroppedUntilTheEndWasRead()
    {
        var stream = await AcceptAsync();
        await SendAsync("01020200030000006162" + "0101000003000000");
        var buffer = new byte[8];
        Assert.Equal(1, await stream.ReadAsync(buffer.AsMemory(0, 1), Token));
        await Eventually.TrueAsync("the end has come in", TimeSpan.FromSeconds(10), () => ((SmuxStream)stream).Incoming.IsEnded, Token);
        await stream.WriteAsync(new byte[1 << 20], Token);
        Assert.Equal(1, await stream.ReadAsync(buffer, Token));
        Assert.Equal(0, await stream.ReadAsync(buffer, Token));
        await Assert.ThrowsAsync<IOException>(() => stream.WriteAsync(new byte[1], Token).AsTask());
        await stream.DisposeAsync();
        await ExpectAsync("01" + Announcement + "0101000003000000");
    }

    [Theory]
    [InlineData(1, "0300000003000000")]
    [InlineData(1, "0109000003000000")]
    [InlineData(1, "0100010003000000")]
    [InlineData(1, "0104080003000000")]
    [InlineData(1, "0100000002000000")]
    [InlineData(1, "0100000000000000")]
    [InlineData(2, "0204040003000000")]
    [InlineData(2, "02000000030000000204080003000000" + "0500000000000100")]
    public async Task Session_HostileFrame_EndsWithOneFault(int version, string hex)
    {
        var session = Start(version, isClient: false);
        await SendAsync(hex + "0000000000000000");
        await session.Completion;
        Assert.IsType<SmuxProtocolException>(session.Fault);
    }

    [Fact]
    public async Task Session_WindowOverrun_Ends()
    {
        var session = Start(2, isClient: false);
        await SendAsync("0200000003000000");
        var frame = Convert.FromHexString("0202008003000000").Concat(new byte[32768]).ToArray();
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            for (var i = 0; i < 64; i++)
            {
                await _transport.Far.WriteAsync(frame, Token);
            }
        });
        await session.Completion;
        Assert.IsType<SmuxProtocolException>(session.Fault);
    }

    [Fact]
    public async Task Session_UnknownStreams_AreDiscarded()
    {
        var stream = await AcceptAsync();
        await SendAsync("0102020005000000" + "6162" + "0101000007000000" + "0100000003000000" + "01020100030000007a");
        Assert.Equal(1, await ReadAsync(stream, 1));
        Assert.Equal(1, _session!.StreamCount);
        Assert.Equal(0, _session.Budget.Used);
        await stream.DisposeAsync();
    }

    [Fact]
    public async Task Session_MoreStreamsThanTheBacklog_RefusesThoseAndServesTheOthers()
    {
        var session = Start(1, isClient: false);
        StringBuilder syns = new();
        for (var i = 0; i < SmuxSession.Backlog + 1; i++)
        {
            var id = BitConverter.GetBytes((2 * i) + 3);
            syns.Append("01000000").Append(Convert.ToHexString(id));
        }

        var refused = Convert.ToHexString(BitConverter.GetBytes((2 * SmuxSession.Backlog) + 3));
        await SendAsync(syns.ToString());
        await ExpectAsync("01" + Announcement + "01010000" + refused);
        for (var i = 0; i < SmuxSession.Backlog; i++)
        {
            await (await session.AcceptStreamAsync(Token))!.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _transport.Far.Abort();
        await (_session?.DisposeAsync() ?? ValueTask.CompletedTask);
        _transport.Dispose();
        await _engine.DisposeAsync();
    }

    private static int IndexOf(byte[] bytes, string hex) => bytes.AsSpan().IndexOf(Convert.FromHexString(hex));

    private static List<string> Decode(byte[] bytes, int version = 1)
    {
        Frames frames = new();
        SmuxDecoder decoder = new(version, frames);

        // Byte by byte: no boundary means anything.
        foreach (var value in bytes)
        {
            decoder.Decode([value]);
        }

        return frames.Seen;
    }

    private static async Task<int> ReadAsync(DuplexStream stream, int count)
    {
        await stream.ReadExactlyAsync(new byte[count], Token);
        return count;
    }

    private SmuxSession Start(int version, bool isClient) =>
        _session = SmuxSession.Start(_transport.Near, SmuxOptions.Default(version), isClient, _engine.Services);

    private async Task<DuplexStream> AcceptAsync()
    {
        var session = Start(1, isClient: false);
        await SendAsync("0100000003000000");
        return (await session.AcceptStreamAsync(Token))!;
    }

    private ValueTask SendAsync(string hex) => _transport.Far.WriteAsync(Convert.FromHexString(hex), Token);

    private async Task ExpectAsync(string hex)
    {
        var bytes = new byte[hex.Length / 2];
        await _transport.Far.ReadExactlyAsync(bytes, Token);
        Assert.Equal(hex, Convert.ToHexString(bytes), ignoreCase: true);
    }

    private sealed class Frames : ISmuxFrames
    {
        public List<string> Seen { get; } = [];

        public void OnOpen(uint id) => Seen.Add($"open {id}");

        public void OnData(uint id, ReadOnlySpan<byte> bytes)
        {
            if (Seen.Count == 0 || Seen[^1] != $"data {id}")
            {
                Seen.Add($"data {id}");
            }
        }

        public void OnEnd(uint id) => Seen.Add($"end {id}");

        public void OnKeepAlive(uint id, bool isFirst) => Seen.Add($"nop {id}");

        public void OnUpdate(uint id, uint consumed, uint window) => Seen.Add($"update {id}");
    }
}
