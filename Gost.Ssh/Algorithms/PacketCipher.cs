namespace Gost.Ssh.Algorithms;

/// <summary>
/// Encrypts and authenticates the packets of one direction, in place and without allocating. A packet is its length field, what that counts, and the
/// tag. Not thread-safe; packets come in order. Source: RFC 4253 section 6.
/// </summary>
internal abstract class PacketCipher : IDisposable
{
    /// <summary>What the padding fills up to.</summary>
    public abstract int BlockSize { get; }

    /// <summary>Bytes behind the packet that authenticate it.</summary>
    public abstract int TagSize { get; }

    /// <summary>Whether the length field does not count towards a full block.</summary>
    public abstract bool IsLengthApart { get; }

    /// <summary>How many bytes <see cref="ReadLength"/> wants.</summary>
    public virtual int HeaderSize => 4;

    /// <summary>
    /// The length field of a packet. Called once for each; it may decrypt the <see cref="HeaderSize"/> bytes in place. Not authenticated yet.
    /// </summary>
    public abstract uint ReadLength(uint sequence, Span<byte> header);

    /// <summary>Verifies a packet, tag included, and decrypts it; false when it was changed, and then nothing of it may be used.</summary>
    public abstract bool Open(uint sequence, Span<byte> packet);

    /// <summary>Encrypts a packet and writes its tag.</summary>
    public abstract void Seal(uint sequence, Span<byte> packet);

    public abstract void Dispose();
}
