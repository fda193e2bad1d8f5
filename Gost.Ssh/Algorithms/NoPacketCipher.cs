using System.Buffers.Binary;

namespace Gost.Ssh.Algorithms;

/// <summary>What holds until the first keys: nothing is encrypted or authenticated.</summary>
internal sealed class NoPacketCipher : PacketCipher
{
    public override int BlockSize => 8;

    public override int TagSize => 0;

    public override bool IsLengthApart => false;

    public override uint ReadLength(uint sequence, Span<byte> header) => BinaryPrimitives.ReadUInt32BigEndian(header);

    public override bool Open(uint sequence, Span<byte> packet) => true;

    public override void Seal(uint sequence, Span<byte> packet)
    {
    }

    public override void Dispose()
    {
    }
}
