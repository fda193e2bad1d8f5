using Gost.Ssh;
using Gost.Ssh.Messages;
using Xunit;

namespace Gost.Tests.Ssh.Messages;

public sealed class SshReaderTests
{
    [Fact]
    public void Values_AsWritten_AreReadBack()
    {
        var bytes = new SshWriter(MessageNumber.ChannelOpen, 1).WriteBoolean(true).WriteUInt32(0x01020304).WriteUInt64(ulong.MaxValue).WriteString([1, 2, 3])
            .WriteText("grüße").WriteNames(["a", "b@c"]).WriteNames([]).WriteBytes([9, 8]).ToArray();

        SshReader reader = new(bytes);
        Assert.Equal(MessageNumber.ChannelOpen, reader.ReadByte());
        Assert.True(reader.ReadBoolean());
        Assert.Equal(0x01020304u, reader.ReadUInt32());
        Assert.Equal(ulong.MaxValue, reader.ReadUInt64());
        Assert.Equal([1, 2, 3], reader.ReadString().ToArray());
        Assert.Equal("grüße", reader.ReadText());
        Assert.Equal(["a", "b@c"], reader.ReadNames());
        Assert.Empty(reader.ReadNames());
        Assert.False(reader.IsAtEnd);
        Assert.Equal([9, 8], reader.ReadBytes(2).ToArray());
        reader.ReadEnd();
        Assert.Equal(bytes.Length, reader.Position);
    }

    // Source: RFC 4251 section 5, the examples of mpint.
    [Theory]
    [InlineData("", "00000000")]
    [InlineData("00", "00000000")]
    [InlineData("09a378f9b2e332a7", "0000000809a378f9b2e332a7")]
    [InlineData("80", "000000020080")]
    [InlineData("000080", "000000020080")]
    [InlineData("7f", "000000017f")]
    public void PositiveInteger_OfTheRfc_IsEncodedAndReadBack(string magnitude, string encoded)
    {
        var bytes = new SshWriter().WritePositiveInteger(Convert.FromHexString(magnitude)).ToArray();

        Assert.Equal(encoded, Convert.ToHexStringLower(bytes));
        Assert.Equal(Convert.FromHexString(magnitude).AsSpan().TrimStart((byte)0), new SshReader(bytes).ReadPositiveInteger());
    }

    [Theory]
    [InlineData("00000002edcc")]
    [InlineData("00000001ff")]
    public void PositiveInteger_Negative_IsRefused(string encoded) => Refused(encoded, static x => new SshReader(x).ReadPositiveInteger());

    [Theory]
    [InlineData("")]
    [InlineData("000000")]
    [InlineData("00000001")]
    [InlineData("00000005aabbccdd")]
    [InlineData("7fffffffaabbccdd")]
    [InlineData("80000000aabbccdd")]
    [InlineData("ffffffffaabbccdd")]
    public void String_ThatEndsTooEarly_IsRefused(string encoded)
    {
        Refused(encoded, static x => new SshReader(x).ReadString());
        Refused(encoded, static x => new SshReader(x).ReadNames());
        Refused(encoded, static x => new SshReader(x).ReadText());
    }

    [Fact]
    public void Text_LongerThanAllowed_IsRefused() => Refused("0000000361626364", static x => new SshReader(x).ReadText(most: 2));

    [Theory]
    [InlineData("00000003610062")]
    [InlineData("0000000361c3a4")]
    [InlineData("00000003612c20")]
    public void Names_OtherThanVisibleAscii_AreRefused(string encoded) => Refused(encoded, static x => new SshReader(x).ReadNames());

    [Fact]
    public void End_WithBytesLeft_IsRefused() => Refused("0001", static x =>
    {
        SshReader reader = new(x);
        reader.ReadByte();
        reader.ReadEnd();
    });

    private static void Refused(string hex, Action<byte[]> read)
    {
        var failure = Assert.Throws<SshException>(() => read(Convert.FromHexString(hex)));
        Assert.Equal((SshFailure.Protocol, SshDisconnectReason.ProtocolError), (failure.Failure, failure.Reason));
    }
}
