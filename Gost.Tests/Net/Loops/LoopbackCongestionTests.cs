using System.Net;
using System.Net.Sockets;
using System.Text;
using Gost.Engine.Net.Loops;
using Gost.Tests.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Gost.Tests.Net.Loops;

public sealed class LoopbackCongestionTests
{
    private const int CongestionOption = 13;

    [Theory]
    [InlineData("auto", "bbr", "cubic")]
    [InlineData("", "bbr", "cubic")]
    [InlineData(null, "bbr", "cubic")]
    [InlineData("auto", "cubic", null)]
    [InlineData("auto", "reno", null)]
    [InlineData("auto", null, null)]
    [InlineData("off", "bbr", null)]
    [InlineData("reno", "cubic", "reno")]
    public void Choose_BySettingAndSystem_IsCubicWhereBbrIsTheDefault(string? setting, string? system, string? expected) =>
        Assert.Equal(expected, LoopbackCongestion.Choose(setting, system)?.Name);

    [Fact]
    public async Task Apply_ToAConnectedSocket_ChangesItsAlgorithm()
    {
        using var ends = await OpenAsync();
        var usual = Of(ends.Near);
        var other = new[] { "reno", "cubic" }.FirstOrDefault(x => x != usual && Available(x));
        Assert.SkipWhen(other is null, "this system has no second algorithm");

        LoopbackCongestion.Choose(other, usual)!.Apply(ends.Number);
        Assert.Equal(other, Of(ends.Near));
        Assert.Equal(usual, Of(ends.Far));
    }

    [Fact]
    public async Task Apply_WhenBbrIsTheDefault_GivesCubic()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Available("bbr") && Available("cubic"), "this system has not both");
        using var ends = await OpenAsync();
        ends.Near.SetRawSocketOption(6, CongestionOption, "bbr"u8);
        Assert.Equal("bbr", Of(ends.Near));
        LoopbackCongestion.Choose("auto", "bbr")!.Apply(ends.Number);
        Assert.Equal("cubic", Of(ends.Near));
    }

    [Fact]
    public async Task Apply_OfAnAlgorithmThatIsNotThere_LeavesTheSocketAsItIs()
    {
        using var ends = await OpenAsync();
        var usual = Of(ends.Near);
        var congestion = LoopbackCongestion.Choose("nosuchone", usual)!;
        congestion.Apply(ends.Number);
        congestion.Apply(ends.Number);
        Assert.Equal(usual, Of(ends.Near));
    }

    [Fact]
    public async Task Dial_ToThisHost_GetsIt()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Available("reno") && Available("cubic"), "this system has not both");
        await using var target = TcpTarget.Echo();
        IPEndPoint to = new(IPAddress.Loopback, target.Port);
        foreach (var name in new[] { "reno", "cubic" })
        {
            using EventLoopGroup loops = new(
                new LoopOptions(1, TimeSpan.Zero, CanSplice: true) { Congestion = LoopbackCongestion.Choose(name, null) }, TimeProvider.System, NullLoggerFactory.Instance);
            using var stream = (LoopStream)await LoopConnect.RunAsync(loops, to, default, 0, TestContext.Current.CancellationToken);
            Assert.Equal(name, Of(stream.Handle.Number));
        }
    }

    private static unsafe string Of(int descriptor)
    {
        var name = stackalloc byte[16];
        var length = 16;
        Assert.Equal(0, LinuxCalls.GetOption(descriptor, LinuxCalls.LevelTcp, LinuxCalls.OptionCongestion, name, &length));
        return Encoding.ASCII.GetString(name, length).TrimEnd('\0');
    }

    private static async Task<LoopDescriptors> OpenAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "congestion control by name is Linux's");
        return await LoopDescriptors.OpenAsync(TestContext.Current.CancellationToken);
    }

    private static string Of(Socket socket) => Of((int)socket.Handle);

    private static bool Available(string name) =>
        File.ReadAllText("/proc/sys/net/ipv4/tcp_available_congestion_control").Split(' ', '\n').Contains(name);
}
