using Gost.Engine.Protocols.Kcp;
using Gost.Engine.Protocols.Kcp.Arq;
using Gost.Tests.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gost.Tests.Protocols.Kcp;

public sealed class KcpSessionTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly EngineParts _engine;
    private readonly SentPackets _output = new();
    private readonly KcpSession _session;
    private int _ended;

    public KcpSessionTests()
    {
        _engine = new EngineParts(_time);
        _session = new KcpSession(7, new KcpOptions(), new PlainCodec(), _output, _engine.Services, null, null, _ => _ended++);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Write_WindowOpen_IsSentAtOnce_AndRepeatedByTheTimer()
    {
        await _session.WriteAsync("x"u8.ToArray(), Token);
        Assert.Single(_output.Datagrams);
        _time.Advance(TimeSpan.FromMilliseconds(224));
        Assert.Single(_output.Datagrams);
        _time.Advance(TimeSpan.FromMilliseconds(2));
        Assert.Equal(2, _output.Datagrams.Count);
    }

    [Fact]
    public async Task Read_Waiting_GetsWhatComes_AndTheAcknowledgementGoesWithTheAnswer()
    {
        var answered = AnswerAsync();
        Assert.True(_session.Receive(Push(0, "ask"u8)));
        _session.EndBurst();
        await answered;
        var headers = Arq.ArqEnd.Headers(Assert.Single(_output.Datagrams).AsSpan(4));
        Assert.Equal([SegmentCommand.Ack, SegmentCommand.Push], headers.Select(static x => x.Command));

        async Task AnswerAsync()
        {
            var buffer = new byte[10];
            Assert.Equal(3, await _session.ReadAsync(buffer, Token));
            await _session.WriteAsync(buffer.AsMemory(0, 3), Token);
        }
    }

    [Fact]
    public async Task Read_IntoNothing_CompletesWhenDataIsThere()
    {
        var waiting = _session.ReadAsync(Memory<byte>.Empty, Token);
        Assert.False(waiting.IsCompleted);
        _session.Receive(Push(0, "abc"u8));
        _session.EndBurst();
        Assert.Equal(0, await waiting);
        Assert.Equal(3, await _session.ReadAsync(new byte[10], Token));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65_536)]
    public async Task Read_Waiting_AWindowfulAtOnce_EndsWithAWindowThatIsOpen(int size)
    {
        var reading = ReadAsync();
        for (uint number = 0; number < 32; number++)
        {
            _session.Receive(Push(number, new byte[1000]));
        }

        _session.EndBurst();
        await reading;
        var last = Arq.ArqEnd.Headers(_output.Datagrams[^1].AsSpan(4))[^1];
        Assert.Equal((32, 32u), (last.Window, last.Unacknowledged));

        async Task ReadAsync()
        {
            var total = await _session.ReadAsync(new byte[size], Token);
            while (total < 32_000)
            {
                total += await _session.ReadAsync(new byte[65_536], Token);
            }
        }
    }

    [Fact]
    public async Task Read_Cancelled_LosesNothing()
    {
        using CancellationTokenSource cancel = new();
        var waiting = _session.ReadAsync(new byte[10], cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
        _session.Receive(Push(0, "abc"u8));
        _session.EndBurst();
        Assert.Equal(3, await _session.ReadAsync(new byte[10], Token));
    }

    [Fact]
    public async Task Write_MoreThanTheWindow_WaitsForAcknowledgements()
    {
        var bytes = new byte[300_000];
        var written = _session.WriteAsync(bytes, Token).AsTask();
        for (uint acknowledged = 1; !written.IsCompleted; acknowledged++)
        {
            Assert.InRange(acknowledged, 1u, 300u);
            _session.Receive(Ack(acknowledged));
            _session.EndBurst();
        }

        await written;
        var sent = _output.Datagrams.SelectMany(static x => Arq.ArqEnd.Headers(x.AsSpan(4))).Sum(static x => x.Length);
        Assert.InRange(sent, 100_000, 300_000);
    }

    [Fact]
    public async Task Output_Full_SendsTheRestWhenThereIsRoom()
    {
        _output.Room = new TaskCompletionSource<bool>();
        await _session.WriteAsync("a"u8.ToArray(), Token);
        await _session.WriteAsync("b"u8.ToArray(), Token);
        Assert.Empty(_output.Datagrams);
        var room = _output.Room;
        _output.Room = null;
        room.SetResult(true);
        await Eventually.TrueAsync("the rest is sent", TimeSpan.FromSeconds(10), () => _output.Datagrams.Count == 2, Token);
    }

    [Fact]
    public async Task Finish_WaitsForTheLastAcknowledgement_ThenReadsEnd()
    {
        await _session.WriteAsync("x"u8.ToArray(), Token);
        var finished = _session.FinishAsync(Token).AsTask();
        var read = _session.ReadAsync(new byte[1], Token).AsTask();
        Assert.False(finished.IsCompleted);
        _session.Receive(Ack(1));
        _session.EndBurst();
        await finished;
        Assert.Equal(0, await read);
        await _session.CloseAsync();
        Assert.Equal(1, _ended);
    }

    [Fact]
    public async Task Peer_SilentAlthoughItOwesAnAcknowledgement_EndsTheSession()
    {
        await _session.WriteAsync("x"u8.ToArray(), Token);
        var read = _session.ReadAsync(new byte[1], Token).AsTask();
        Advance(TimeSpan.FromSeconds(15));
        Assert.False(read.IsCompleted);
        _session.Receive(Push(0, ""u8));
        _session.EndBurst();
        Advance(TimeSpan.FromSeconds(15));
        Assert.False(read.IsCompleted);
        Advance(TimeSpan.FromSeconds(6));
        var error = await Assert.ThrowsAsync<IOException>(() => read);
        Assert.Contains("acknowledged nothing", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, _ended);
    }

    [Fact]
    public async Task Peer_SilentForVeryLong_EndsTheSession()
    {
        var read = _session.ReadAsync(new byte[1], Token).AsTask();
        _time.Advance(KcpSession.IdleLimit - TimeSpan.FromMinutes(1));
        Assert.False(read.IsCompleted);
        _time.Advance(TimeSpan.FromMinutes(2));
        await Assert.ThrowsAsync<IOException>(() => read);
    }

    [Fact]
    public async Task Close_PeerSilent_GivesUpAfterASecond()
    {
        await _session.WriteAsync("x"u8.ToArray(), Token);
        var closed = _session.CloseAsync().AsTask();
        Assert.False(closed.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1.1));
        await closed;
        Assert.Equal(1, _ended);
    }

    public async ValueTask DisposeAsync()
    {
        _session.End(null);
        await _engine.DisposeAsync();
    }

    private void Advance(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromMilliseconds(100))
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }
    }

    private static byte[] Push(uint number, ReadOnlySpan<byte> data) => Segment(SegmentCommand.Push, number, 0, data);

    private static byte[] Ack(uint unacknowledged) => Segment(SegmentCommand.Ack, unacknowledged - 1, unacknowledged, []);

    private static byte[] Segment(SegmentCommand command, uint number, uint unacknowledged, ReadOnlySpan<byte> data)
    {
        var bytes = new byte[4 + SegmentHeader.Size + data.Length];
        "kcp!"u8.CopyTo(bytes);
        new SegmentHeader(7, command, 32, 0, number, unacknowledged, (uint)data.Length).Write(bytes.AsSpan(4));
        data.CopyTo(bytes.AsSpan(4 + SegmentHeader.Size));
        return bytes;
    }
}
