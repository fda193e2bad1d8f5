using Gost.Ssh.Keys;
using Gost.Ssh.Messages;

namespace Gost.Ssh.Transport;

/// <content>What the transport reads in the messages that are its own.</content>
internal sealed partial class SshTransport
{
    private const string ServerSignatures = "server-sig-algs";
    private const int MostExtensions = 64;

    // Null = the peer has done its work and says goodbye.
    private SshException? ReadDisconnect(ReadOnlySpan<byte> payload)
    {
        SshReader reader = new(payload);
        reader.ReadByte();
        var reason = (SshDisconnectReason)reader.ReadUInt32();
        var text = reader.IsAtEnd ? "" : reader.ReadText();
        _peerDisconnected = true;
        if (reason == SshDisconnectReason.ByApplication && !IsFirst)
        {
            return null;
        }

        var failure = reason switch
        {
            SshDisconnectReason.NoMoreAuthenticationMethodsAvailable => SshFailure.Authentication,
            SshDisconnectReason.ProtocolError or SshDisconnectReason.KeyExchangeFailed or SshDisconnectReason.MacError => SshFailure.Protocol,
            _ => SshFailure.Connection,
        };
        var shown = string.Concat(text.Take(LongestText).Select(static x => char.IsControl(x) ? ' ' : x));
        return new SshException(failure, reason, $"the SSH peer ended the connection: {shown} (reason {(uint)reason})");
    }

    private void ReadExtensions(ReadOnlySpan<byte> payload)
    {
        SshReader reader = new(payload);
        reader.ReadByte();
        var count = reader.ReadUInt32();
        if (count > MostExtensions)
        {
            throw Protocol($"the SSH peer sent {count} extensions");
        }

        for (; count > 0; count--)
        {
            var name = reader.ReadText();
            var value = reader.ReadString();
            if (IsClient && name == ServerSignatures)
            {
                // A list whatever else is wrong with the names in it: what is not known is not used.
                PeerSignatureAlgorithms = new SshReader(new SshWriter(value.Length + 4).WriteString(value).Written.Span).ReadNames();
            }
        }
    }

    private static (byte[] HostKey, byte[] PublicKey, byte[] Signature) ReadReply(ReadOnlySpan<byte> payload)
    {
        SshReader reader = new(payload);
        var message = reader.ReadByte();
        return message == MessageNumber.KexEcdhReply
            ? (reader.ReadString().ToArray(), reader.ReadString().ToArray(), reader.ReadString().ToArray())
            : throw Unexpected(message);
    }

    private static byte[] ReadPublicKey(ReadOnlySpan<byte> payload)
    {
        SshReader reader = new(payload);
        reader.ReadByte();
        return reader.ReadString().ToArray();
    }

    private SshPublicKey ReadKey(byte[] blob)
    {
        SshPublicKey key;
        try
        {
            key = SshPublicKey.Decode(blob);
        }
        catch (SshKeyException e)
        {
            throw new SshException(
                SshFailure.HostKey, SshDisconnectReason.KeyExchangeFailed, $"the SSH server's key cannot be used: {e.Message}", e);
        }

        return key.SignatureAlgorithms.Contains(Agreed.HostKeySignature, StringComparer.Ordinal)
            ? key
            : throw new SshException(
                SshFailure.HostKey,
                SshDisconnectReason.KeyExchangeFailed,
                $"the SSH server shows a key of the kind {key.Algorithm} where {Agreed.HostKeySignature} was agreed on");
    }
}
