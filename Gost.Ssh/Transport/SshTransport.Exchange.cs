using System.Security.Cryptography;
using System.Text;
using Gost.Ssh.Algorithms;
using Gost.Ssh.Keys;
using Gost.Ssh.Messages;

namespace Gost.Ssh.Transport;

/// <content>
/// The key exchange. Either side begins one by its offer, and from then on sends nothing but the exchange until its NEWKEYS, while it takes what the other
/// side sent before it saw the offer. So the receiver runs the exchange from the moment that the peer's offer is there, and senders wait.
/// Source: RFC 4253 sections 7 to 9.
/// </content>
internal sealed partial class SshTransport
{
    // Packets that mean nothing and that a peer may send amid an exchange, where the strict form does not forbid them.
    private const int MostAside = 64;

    private const byte FirstOfExchange = 30;
    private const byte LastOfExchange = 49;

    private ExchangeOffer? _offer;
    private byte[] _sessionId = [];
    private bool _isStrict;
    private bool _hasKeys;
    private bool _isAuthenticated;
    private long _began;

    private bool IsClient => _check is not null;

    private bool IsFirst => !_hasKeys;

    // Sends our offer unless it is sent.
    private void BeginExchange()
    {
        if (Volatile.Read(ref _offer) is not null)
        {
            return;
        }

        lock (_gate)
        {
            if (_offer is not null || _hasEnded)
            {
                return;
            }

            var offer = CreateOffer();
            if (!IsFirst && _writeFailure is null)
            {
                _began = _options.TimeProvider.GetTimestamp();
                _timer.Change(_options.RekeyTimeout, Timeout.InfiniteTimeSpan);
            }

            // Whoever finds the offer made finds it sent.
            _writer.Hold(offer.Payload);
            Volatile.Write(ref _offer, offer);
        }

        _writer.Flush();
    }

    private ExchangeOffer CreateOffer()
    {
        if (IsClient)
        {
            // The kinds that are known come first: a server that has several keys then shows one that we can compare.
            var known = _options.HostKeySignatures.Where(x => _options.KnownHostKeys.Any(y => SshKeyAlgorithms.SignaturesOf(y).Contains(x)));
            return ExchangeOffer.Create(
                _options, [.. known.Union(_options.HostKeySignatures)], IsFirst ? [AlgorithmNames.ExtInfoClient, AlgorithmNames.StrictClient] : []);
        }

        var own = _options.HostKeySignatures.Where(x => _hostKeys.Any(y => y.SignatureAlgorithms.Contains(x)));
        return ExchangeOffer.Create(_options, [.. own], IsFirst ? [AlgorithmNames.StrictServer] : []);
    }

    private void OnTimer()
    {
        if (_writeFailure is { } broken)
        {
            End(broken);
            return;
        }

        if (Volatile.Read(ref _offer) is null)
        {
            BeginExchange();
            return;
        }

        lock (_gate)
        {
            // It may be the end of the other wait, which the exchange overtook.
            if (_options.TimeProvider.GetElapsedTime(_began) < _options.RekeyTimeout)
            {
                return;
            }
        }

        SshException failure = new(
            SshFailure.Protocol,
            SshDisconnectReason.KeyExchangeFailed,
            $"the SSH peer did not end a key exchange within {_options.RekeyTimeout.TotalSeconds:0} s");
        End(failure, tellsPeer: true);
    }

    // From the peer's offer to its NEWKEYS.
    private async Task ExchangeAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        try
        {
            if (payload.Span[0] != MessageNumber.KexInit)
            {
                throw Unexpected(payload.Span[0]);
            }

            var theirs = ExchangeOffer.Read(payload.Span);
            BeginExchange();
            var (client, server) = IsClient ? (_offer!, theirs) : (theirs, _offer!);
            Agreed = ExchangeOffer.Agree(client, server);
            if (IsFirst)
            {
                _isStrict = Agreed.IsStrict;
                if (_isStrict && _reader.LastSequence != 0)
                {
                    throw Protocol("the SSH peer sent something before its offer, which the strict key exchange forbids");
                }
            }

            // A guess that is wrong is followed by the right packet.
            var skips = theirs.IsGuessed && !ExchangeOffer.IsRightGuess(client, server);
            var keys = IsClient
                ? await ExchangeAsClientAsync(client, server, skips, cancellationToken)
                : await ExchangeAsServerAsync(client, server, skips, cancellationToken);
            payload = await ReceiveOfExchangeAsync(cancellationToken);
            if (payload.Length != 1 || payload.Span[0] != MessageNumber.NewKeys)
            {
                throw Unexpected(payload.Span[0]);
            }

            _reader.SwitchKeys(keys, _isStrict);
            EndExchange();
        }
        catch (OperationCanceledException e)
        {
            // There is no way back into the middle of an exchange.
            End(Broken(e));
            throw;
        }
    }

    private void EndExchange()
    {
        lock (_gate)
        {
            _hasKeys = true;
            Volatile.Write(ref _offer, null);
            if (_isAuthenticated && !_hasEnded && _writeFailure is null)
            {
                _timer.Change(_options.RekeyTime, Timeout.InfiniteTimeSpan);
            }
        }
    }

    // Our keys are in use when it returns; those of the peer's direction are returned.
    private async Task<PacketCipher> ExchangeAsClientAsync(ExchangeOffer client, ExchangeOffer server, bool skips, CancellationToken cancellationToken)
    {
        using var exchange = KeyExchanges.Create(Agreed.KeyExchange);
        _writer.Post(new SshWriter(MessageNumber.KexEcdhInit).WriteString(exchange.PublicKey.Span).Written.Span);
        if (skips)
        {
            await SkipAsync(cancellationToken);
        }

        var reply = await ReceiveOfExchangeAsync(cancellationToken);
        var (blob, peer, signature) = ReadReply(reply.Span);
        var secret = exchange.Agree(peer);
        var hash = Hash(client, server, blob, exchange.PublicKey.Span, peer, secret);
        var key = ReadKey(blob);
        if (!key.Verify(Agreed.HostKeySignature, hash, signature))
        {
            throw new SshException(
                SshFailure.HostKey,
                SshDisconnectReason.KeyExchangeFailed,
                $"the SSH server does not prove that the key {key.Fingerprint} is its own: somebody may be listening in");
        }

        if (IsFirst || !key.Equals(ServerKey))
        {
            await _check!(key, cancellationToken);
        }

        ServerKey = key;
        var (own, theirs) = Derive(hash, secret);
        _writer.SwitchKeys(default, own, _isStrict, default);
        return theirs;
    }

    private async Task<PacketCipher> ExchangeAsServerAsync(ExchangeOffer client, ExchangeOffer server, bool skips, CancellationToken cancellationToken)
    {
        if (skips)
        {
            await SkipAsync(cancellationToken);
        }

        var payload = await ReceiveOfExchangeAsync(cancellationToken);
        if (payload.Span[0] != MessageNumber.KexEcdhInit)
        {
            throw Unexpected(payload.Span[0]);
        }

        var peer = ReadPublicKey(payload.Span);
        using var exchange = KeyExchanges.Create(Agreed.KeyExchange);
        var secret = exchange.Agree(peer);
        var key = _hostKeys.First(x => x.SignatureAlgorithms.Contains(Agreed.HostKeySignature));
        ServerKey = key.PublicKey;
        var blob = key.PublicKey.Blob.Span.ToArray();
        var hash = Hash(client, server, blob, peer, exchange.PublicKey.Span, secret);
        SshWriter reply = new(MessageNumber.KexEcdhReply, 1024);
        reply.WriteString(blob).WriteString(exchange.PublicKey.Span).WriteString(key.Sign(Agreed.HostKeySignature, hash));

        // Source: RFC 8308 section 2.4: directly behind the first NEWKEYS.
        SshWriter extensions = new(MessageNumber.ExtInfo);
        extensions.WriteUInt32(1).WriteText(ServerSignatures).WriteNames(SshAlgorithms.Signatures);
        var tells = IsFirst && client.KeyExchanges.Contains(AlgorithmNames.ExtInfoClient, StringComparer.Ordinal);
        var (own, theirs) = Derive(hash, secret);
        _writer.SwitchKeys(reply.Written.Span, own, _isStrict, tells ? extensions.Written.Span : default);
        return theirs;
    }

    private (PacketCipher Own, PacketCipher Theirs) Derive(byte[] hash, byte[] secret)
    {
        if (_sessionId.Length == 0)
        {
            _sessionId = hash;
        }

        var algorithm = KeyExchanges.HashOf(Agreed.KeyExchange);
        var fromClient = PacketCiphers.Create(
            Agreed.CipherFromClient, Agreed.MacFromClient ?? AlgorithmNames.None, new DerivedKeys(algorithm, secret, hash, _sessionId, fromClient: true));
        var fromServer = PacketCiphers.Create(
            Agreed.CipherFromServer, Agreed.MacFromServer ?? AlgorithmNames.None, new DerivedKeys(algorithm, secret, hash, _sessionId, fromClient: false));
        CryptographicOperations.ZeroMemory(secret);
        return IsClient ? (fromClient, fromServer) : (fromServer, fromClient);
    }

    // Source: RFC 5656 section 4.
    private byte[] Hash(
        ExchangeOffer client, ExchangeOffer server, ReadOnlySpan<byte> hostKey, ReadOnlySpan<byte> clientKey, ReadOnlySpan<byte> serverKey,
        ReadOnlySpan<byte> secret)
    {
        var (clientVersion, serverVersion) = IsClient
            ? (_options.Identification, PeerIdentification)
            : (PeerIdentification, _options.Identification);
        SshWriter writer = new(4096);
        writer.WriteString(Encoding.Latin1.GetBytes(clientVersion)).WriteString(Encoding.Latin1.GetBytes(serverVersion))
            .WriteString(client.Payload).WriteString(server.Payload)
            .WriteString(hostKey).WriteString(clientKey).WriteString(serverKey).WritePositiveInteger(secret);
        return CryptographicOperations.HashData(KeyExchanges.HashOf(Agreed.KeyExchange), writer.Written.Span);
    }

    private async Task SkipAsync(CancellationToken cancellationToken)
    {
        var payload = await ReceiveOfExchangeAsync(cancellationToken);
        if (payload.Span[0] is < FirstOfExchange or > LastOfExchange)
        {
            throw Unexpected(payload.Span[0]);
        }
    }

    // The next packet of an exchange: the peer has begun it and may send nothing else that means anything.
    private async ValueTask<ReadOnlyMemory<byte>> ReceiveOfExchangeAsync(CancellationToken cancellationToken)
    {
        for (var aside = 0; aside < MostAside; aside++)
        {
            var payload = await _reader.ReadAsync(cancellationToken);
            if (payload.IsEmpty)
            {
                throw new SshException(
                    SshFailure.Connection, SshDisconnectReason.ConnectionLost, "the SSH peer closed the connection amid the key exchange");
            }

            switch (payload.Span[0])
            {
                case MessageNumber.Disconnect:
                    throw ReadDisconnect(payload.Span) ?? new SshException(
                        SshFailure.Connection, SshDisconnectReason.ByApplication, "the SSH peer ended the connection amid the key exchange");
                case MessageNumber.Ignore or MessageNumber.Debug or MessageNumber.Unimplemented when !(IsFirst && _isStrict):
                    continue;
                default:
                    return payload;
            }
        }

        throw Protocol("the SSH peer sends on and on amid the key exchange");
    }

    private static SshException Unexpected(byte message) =>
        new(SshFailure.Protocol, SshDisconnectReason.KeyExchangeFailed, $"the SSH peer sent message {message} amid the key exchange");
}
