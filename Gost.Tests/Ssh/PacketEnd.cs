using System.Threading.Channels;
using Gost.Ssh;
using Gost.Ssh.Transport;

namespace Gost.Tests.Ssh;

/// <summary>One end of packets in memory.</summary>
internal sealed class PacketEnd(ChannelWriter<byte[]> output, ChannelReader<byte[]> input) : IPacketTransport
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ended = new();
    private byte[] _last = [];

    public ReadOnlyMemory<byte> SessionId { get; init; } = "the session"u8.ToArray();

    public Task Completion => _completion.Task;

    public Exception? Fault { get; private set; }

    public bool IsAuthenticated { get; private set; }

    public bool IsDisposed => _ended.IsCancellationRequested;

    /// <summary>What this end was told with the end, or told the far end.</summary>
    public (SshDisconnectReason Reason, string Message)? Disconnected { get; private set; }

    public int Unimplemented { get; private set; }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        byte[] packet = [.. head.Span, .. body.Span];
        if (!output.TryWrite(packet))
        {
            try
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended.Token);
                await output.WriteAsync(packet, either.Token);
            }
            catch (Exception e) when (e is ChannelClosedException || (_ended.IsCancellationRequested && !cancellationToken.IsCancellationRequested))
            {
                throw new SshException(SshFailure.Connection, SshDisconnectReason.ConnectionLost, "the transport has ended", e);
            }
        }
    }

    /// <summary>As a peer that speaks for itself.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> packet) => SendAsync(packet, default, CancellationToken.None);

    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancellationToken)
    {
        // What was received last is not to be looked at any more.
        _last.AsSpan().Fill(0xee);
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended.Token);
            _last = await input.ReadAsync(either.Token);
            return _last;
        }
        catch (ChannelClosedException e)
        {
            _completion.TrySetResult();
            return e.InnerException is null ? default : throw (Fault = e.InnerException);
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SshException(SshFailure.Connection, SshDisconnectReason.ConnectionLost, "the transport has ended");
        }
    }

    public ValueTask SendUnimplementedAsync(CancellationToken cancellationToken)
    {
        Unimplemented++;
        return ValueTask.CompletedTask;
    }

    public ValueTask DisconnectAsync(SshDisconnectReason reason, string message, CancellationToken cancellationToken)
    {
        Disconnected ??= (reason, message);
        output.TryComplete();
        _completion.TrySetResult();
        return ValueTask.CompletedTask;
    }

    public void MarkAuthenticated() => IsAuthenticated = true;

    /// <summary>The far end's packets stop with a fault, as when a socket is reset.</summary>
    public void Break() => output.TryComplete(new SshException(SshFailure.Connection, SshDisconnectReason.ConnectionLost, "the stream broke"));

    public ValueTask DisposeAsync()
    {
        output.TryComplete();
        _ended.Cancel();
        _completion.TrySetResult();
        return ValueTask.CompletedTask;
    }
}
