using System.Runtime.CompilerServices;
using System.Text;
using Gost.Ssh.Keys;
using Gost.Ssh.Messages;

namespace Gost.Ssh.Transport;

/// <summary>SSH packets over a stream, for either role. Owns the stream. Source: RFC 4253.</summary>
internal sealed partial class SshTransport : IPacketTransport
{
    // What a peer may send before its user is known: every handshake is a few dozen.
    private const int MostUnauthenticated = 1000;
    private const int MostUnauthenticatedExchanges = 4;
    private const int LongestText = 256;

    // How long the receiver has to find why a write failed.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Stream _stream;
    private readonly SshTransportOptions _options;
    private readonly ClientHostKeyCheck? _check;
    private readonly IReadOnlyList<SshPrivateKey> _hostKeys;
    private readonly PacketReader _reader;
    private readonly PacketWriter _writer;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _timer;
    private SshException? _fault;
    private SshException? _writeFailure;
    private bool _hasEnded;
    private bool _peerDisconnected;
    private int _unauthenticated;

    private SshTransport(Stream stream, SshTransportOptions options, ClientHostKeyCheck? check, IReadOnlyList<SshPrivateKey> hostKeys)
    {
        (_stream, _options, _check, _hostKeys) = (stream, options, check, hostKeys);
        _reader = new PacketReader(stream, options);
        _writer = new PacketWriter(stream, options, OnWriteFailure);
        _timer = options.TimeProvider.CreateTimer(static x => ((SshTransport)x!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> SessionId => _sessionId;

    /// <inheritdoc/>
    public Task Completion => _completion.Task;

    /// <inheritdoc/>
    public Exception? Fault => Volatile.Read(ref _fault);

    /// <summary>The version that the peer named, such as <c>SSH-2.0-OpenSSH_9.2</c>.</summary>
    public string PeerIdentification { get; private set; } = "";

    /// <summary>What the last exchange agreed on.</summary>
    public SshAgreed Agreed { get; private set; } = null!; // Set by the first exchange, before anybody has the object.

    /// <summary>The key of the server, which the first exchange proved.</summary>
    public SshPublicKey ServerKey { get; private set; } = null!; // As above.

    /// <summary>The signatures of users that the server says it takes; null = it did not say. Source: RFC 8308 section 3.1.</summary>
    public IReadOnlyList<string>? PeerSignatureAlgorithms { get; private set; }

    /// <summary>Exchanges versions and keys as the client. Takes over the stream, also when it fails. Throws <see cref="SshException"/>.</summary>
    public static Task<SshTransport> ConnectAsync(
        Stream stream, SshTransportOptions options, ClientHostKeyCheck check, CancellationToken cancellationToken) =>
        StartAsync(new SshTransport(stream, options, check, []), cancellationToken);

    /// <summary>
    /// Exchanges versions and keys as the server. Takes over the stream, also when it fails; the keys remain the caller's. Throws
    /// <see cref="SshException"/>.
    /// </summary>
    public static Task<SshTransport> AcceptAsync(
        Stream stream, SshTransportOptions options, IReadOnlyList<SshPrivateKey> hostKeys, CancellationToken cancellationToken) =>
        StartAsync(new SshTransport(stream, options, null, hostKeys), cancellationToken);

    /// <inheritdoc/>
    public ValueTask SendAsync(ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (_writer.IsDue)
        {
            BeginExchange();
        }

        return _writer.SendAsync(head, body, cancellationToken);
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var payload = await _reader.ReadAsync(cancellationToken);
                if (payload.IsEmpty)
                {
                    End(null);
                    return default;
                }

                if (_isAuthenticated)
                {
                    if (_reader.IsDue)
                    {
                        BeginExchange();
                    }
                }
                else if (++_unauthenticated > MostUnauthenticated)
                {
                    throw Protocol("the SSH peer sends on and on without a user");
                }

                switch (payload.Span[0])
                {
                    case MessageNumber.ServiceRequest or MessageNumber.ServiceAccept or >= MessageNumber.UserAuthRequest:
                        return payload;
                    case MessageNumber.Disconnect:
                        if (ReadDisconnect(payload.Span) is { } reason)
                        {
                            throw reason;
                        }

                        End(null);
                        return default;
                    case MessageNumber.Ignore or MessageNumber.Debug or MessageNumber.Unimplemented:
                        break;
                    case MessageNumber.ExtInfo:
                        ReadExtensions(payload.Span);
                        break;
                    case MessageNumber.KexInit:
                        // It costs us a signature each time, and nobody needs one before the user is known.
                        _unauthenticated += _isAuthenticated ? 0 : MostUnauthenticated / MostUnauthenticatedExchanges;
                        await ExchangeAsync(payload, cancellationToken);
                        break;
                    case MessageNumber.NewKeys or MessageNumber.KexEcdhInit or MessageNumber.KexEcdhReply:
                        throw Protocol($"the SSH peer sent message {payload.Span[0]} without a key exchange");
                    default:
                        await SendUnimplementedAsync(cancellationToken);
                        break;
                }
            }
        }
        catch (SshException e) when (e is { Failure: SshFailure.Connection, Reason: SshDisconnectReason.ByApplication })
        {
            // It said so while keys were being exchanged: an end like any other.
            End(null);
            return default;
        }
        catch (Exception e) when (e is not (OutOfMemoryException or OperationCanceledException))
        {
            return Failed(e) is { } failure ? throw failure : default(ReadOnlyMemory<byte>);
        }
    }

    /// <inheritdoc/>
    public ValueTask SendUnimplementedAsync(CancellationToken cancellationToken) =>
        SendAsync(new SshWriter(MessageNumber.Unimplemented, 5).WriteUInt32(_reader.LastSequence).Written, default, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisconnectAsync(SshDisconnectReason reason, string message, CancellationToken cancellationToken)
    {
        PostDisconnect(reason, message);
        try
        {
            await _writer.WhenIdle().WaitAsync(cancellationToken);
        }
        finally
        {
            End(null);
        }
    }

    /// <inheritdoc/>
    public void MarkAuthenticated()
    {
        _isAuthenticated = true;
        _reader.Largest = PacketFormat.Largest;
        lock (_gate)
        {
            if (!_hasEnded)
            {
                _timer.Change(_options.RekeyTime, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        End(null);
        await _writer.WhenIdle();
        await _timer.DisposeAsync();
    }

    private static async Task<SshTransport> StartAsync(SshTransport transport, CancellationToken cancellationToken)
    {
        try
        {
            await transport.StartAsync(cancellationToken);
            return transport;
        }
        catch (Exception e)
        {
            var failure = e is OperationCanceledException or OutOfMemoryException ? e : transport.Failed(e);
            await transport.DisposeAsync();
            if (failure is null || failure == e)
            {
                throw;
            }

            throw failure;
        }
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        // The offer goes out with the version: a round trip less than waiting for the peer's.
        _writer.PutPlain(Encoding.Latin1.GetBytes(_options.Identification + "\r\n"));
        BeginExchange();
        PeerIdentification = await _reader.ReadIdentificationAsync(IsClient, cancellationToken);
        await ExchangeAsync(await ReceiveOfExchangeAsync(cancellationToken), cancellationToken);
    }

    // What the caller is told: the failure that ended the transport first; null = it was ended here, on purpose.
    private Exception? Failed(Exception e)
    {
        End(e as SshException ?? Broken(e), tellsPeer: !_peerDisconnected);
        return Fault;
    }

    // The peer's last words may be there to be read when a write fails, so the receiver ends the transport; but not for ever.
    private void OnWriteFailure(Exception e)
    {
        var failure = e as SshException ?? Broken(e);
        _writer.End(failure);
        lock (_gate)
        {
            if (_hasEnded || _writeFailure is not null)
            {
                return;
            }

            _writeFailure = failure;
            _timer.Change(LastWords, Timeout.InfiniteTimeSpan);
        }
    }

    private void End(SshException? fault, bool tellsPeer = false)
    {
        lock (_gate)
        {
            if (_hasEnded)
            {
                return;
            }

            (_hasEnded, _fault) = (true, fault ?? _writeFailure);
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        if (tellsPeer && fault?.Failure is (SshFailure.Protocol or SshFailure.HostKey))
        {
            PostDisconnect(fault.Reason, fault.Message);
        }

        _writer.End(fault);
        _reader.Dispose();
        _stream.Dispose();
        _completion.TrySetResult();
    }

    private static SshException Broken(Exception e) =>
        new(SshFailure.Connection, SshDisconnectReason.ConnectionLost, $"the SSH connection broke: {e.Message}", e);

    private void PostDisconnect(SshDisconnectReason reason, string message)
    {
        var text = message.Length > LongestText ? message[..LongestText] : message;
        _writer.Post(new SshWriter(MessageNumber.Disconnect).WriteUInt32((uint)reason).WriteText(text).WriteText("").Written.Span);
    }

    private static SshException Protocol(string message) => new(SshFailure.Protocol, SshDisconnectReason.ProtocolError, message);
}
