using System.Security.Cryptography;
using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Framing;

namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>
/// Packets that stand each for itself: salt, then address and payload sealed with nonce 0. The address is where a packet goes (client to server) or came
/// from (server to client). One that seals and one that opens at a time. Source: spec/wire/shadowsocks.md section 4.
/// </summary>
internal sealed class ShadowsocksPackets(ShadowsocksKey key, SaltFilter filter)
{
    /// <summary>Bytes that a packet is longer than its payload at most.</summary>
    public const int MaxOverhead = ShadowsocksMethod.MaxSaltSize + SocksAddress.MaxLength + 16;

    // Salts of several packets are drawn at once: a draw costs as much as sealing a packet.
    private readonly byte[] _salts = new byte[16 * ShadowsocksMethod.MaxSaltSize];
    private int _left;

    private static ReadOnlySpan<byte> Nonce => new byte[AeadCipher.NonceSize];

    /// <summary>Makes a packet; gives its length, at most <see cref="MaxOverhead"/> more than the payload's.</summary>
    public int Seal(Span<byte> packet, ReadOnlySpan<byte> payload, Target? address, SocksAddressCache addresses)
    {
        var salt = packet[..key.Method.SaltSize];
        Draw(salt);
        filter.TryAdd(salt);
        return Seal(packet, salt.Length, payload, address, addresses);
    }

    /// <summary>The same with a salt of <paramref name="saltLength"/> bytes that stands in the packet already.</summary>
    public int Seal(Span<byte> packet, int saltLength, ReadOnlySpan<byte> payload, Target? address, SocksAddressCache addresses)
    {
        var body = packet[saltLength..];
        var form = addresses.FormOf(address);
        form.CopyTo(body);
        payload.CopyTo(body[form.Length..]);
        var length = form.Length + payload.Length;
        using var cipher = key.CreateCipher(packet[..saltLength]);
        cipher.Seal(Nonce, body[..length], body[..(length + key.Method.TagSize)]);
        return saltLength + length + key.Method.TagSize;
    }

    /// <summary>
    /// Decrypts a packet in place and says where its payload is; null = none of a peer that has the key, a repeated one, or without a usable address.
    /// </summary>
    public (Range Payload, Target Address)? Open(Span<byte> packet, SocksAddressCache addresses)
    {
        var method = key.Method;
        if (packet.Length < method.SaltSize + SocksAddress.MinLength + method.TagSize)
        {
            return null;
        }

        var salt = packet[..method.SaltSize];
        var body = packet[method.SaltSize..];
        using (var cipher = key.CreateCipher(salt))
        {
            if (!cipher.TryOpen(Nonce, body, body))
            {
                return null;
            }
        }

        body = body[..^method.TagSize];
        return filter.TryAdd(salt) && SocksAddress.TryMeasure(body, out var length) && addresses.Read(body[..length]) is { } address
            ? ((method.SaltSize + length)..(method.SaltSize + body.Length), address)
            : null;
    }

    private void Draw(Span<byte> salt)
    {
        if (_left < salt.Length)
        {
            RandomNumberGenerator.Fill(_salts);
            _left = _salts.Length;
        }

        _left -= salt.Length;
        _salts.AsSpan(_left, salt.Length).CopyTo(salt);
    }
}
