using Gost.Ssh;
using Gost.Ssh.Channels;
using Xunit;

namespace Gost.Tests.Ssh.Channels;

public sealed class ForwardMessagesTests
{
    [Fact]
    public void Messages_AreReadBack()
    {
        SshTcpIpChannel channel = new("example.com", 80, "192.0.2.7", 51_000);

        Assert.Equal(channel, ForwardMessages.ReadTcpIp(ForwardMessages.WriteTcpIp(channel)));
        Assert.Equal(("::", (ushort)8080), ForwardMessages.ReadBind(ForwardMessages.WriteBind("::", 8080)));
        Assert.Equal((ushort)65_535, ForwardMessages.ReadBoundPort(ForwardMessages.WriteBoundPort(65_535)));
        Assert.Null(ForwardMessages.ReadBoundPort(default));
        Assert.Equal("/run/x", ForwardMessages.ReadDirectStreamLocal(ForwardMessages.WriteDirectStreamLocal("/run/x")));
        Assert.Equal("/run/x", ForwardMessages.ReadStreamLocal(ForwardMessages.WriteStreamLocal("/run/x")));
    }

    // Source: spec/wire/ssh.md section 7.
    [Fact]
    public void Forwarded_IsTheRecordedMessage() => Assert.Equal(
        "00000007302e302e302e3000001f90000000093139322e302e322e370000c738",
        Convert.ToHexStringLower(ForwardMessages.WriteTcpIp(new SshTcpIpChannel("0.0.0.0", 8080, "192.0.2.7", 51_000))));

    [Theory]
    [InlineData("")]
    [InlineData("00000001")]
    [InlineData("ffffffff61")]
    [InlineData("0000000161000100000000000161 00000001")]
    [InlineData("00000001610000000100000001610000000100")]
    public void Read_OfAnotherShape_Throws(string hex)
    {
        var data = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

        Assert.Equal(SshFailure.Protocol, Assert.Throws<SshException>(() => { ForwardMessages.ReadTcpIp(data); }).Failure);
        Assert.Throws<SshException>(() => { ForwardMessages.ReadBind(data); });
        Assert.Throws<SshException>(() => { ForwardMessages.ReadDirectStreamLocal(data); });
    }
}
