using System.Runtime.InteropServices;
using Xunit;

namespace Gost.Tests.Testing;

/// <summary>
/// Starts programs for which some system calls are refused, as the seccomp profile of a container does. The filter is put on a thread that ends
/// afterwards; what it starts inherits it. Skips the test where that is not possible.
/// </summary>
internal static unsafe partial class Sandbox
{
    private const int NotImplemented = 38;
    private const int SetSeccomp = 22;
    private const int SetNoNewPrivileges = 38;
    private const ulong FilterMode = 2;

    private const uint Allow = 0x7fff_0000;
    private const uint RefuseWithError = 0x0005_0000;
    private const ushort LoadWord = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort Return = 0x06;

    /// <summary>The numbers of eventfd2 on this machine.</summary>
    public static int EventDescriptors => Number(x64: 290, arm64: 19);

    /// <summary>The number of splice on this machine.</summary>
    public static int Splice => Number(x64: 275, arm64: 76);

    /// <summary>Calls <paramref name="start"/> where those calls answer ENOSYS. It must not wait for anything.</summary>
    public static T Within<T>(int[] refused, Func<T> start)
        where T : class
    {
        T? started = null;
        Exception? fault = null;
        var filtered = false;
        Thread thread = new(() =>
        {
            try
            {
                filtered = Enter(refused);
                started = filtered ? start() : null;
            }
            catch (Exception e)
            {
                fault = e;
            }
        });
        thread.Start();
        thread.Join();
        Assert.SkipWhen(fault is null && !filtered, "this system takes no seccomp filter");
        return fault is null ? started! : throw new InvalidOperationException("could not start within the sandbox", fault);
    }

    private static bool Enter(int[] refused)
    {
        List<Instruction> program = [new(LoadWord, 0, 0, 0)];
        foreach (var number in refused)
        {
            program.Add(new(JumpIfEqual, 0, 1, (uint)number));
            program.Add(new(Return, 0, 0, RefuseWithError | NotImplemented));
        }

        program.Add(new(Return, 0, 0, Allow));
        var instructions = program.ToArray();
        fixed (Instruction* first = instructions)
        {
            Filter filter = new() { Length = (ushort)instructions.Length, First = first };
            return prctl(SetNoNewPrivileges, 1, 0, 0, 0) == 0 && prctl(SetSeccomp, FilterMode, (ulong)&filter, 0, 0) == 0;
        }
    }

    private static int Number(int x64, int arm64)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "seccomp is Linux's");
        return RuntimeInformation.ProcessArchitecture.ToString() switch
        {
            "X64" => x64,
            "Arm64" => arm64,
            _ => throw new PlatformNotSupportedException("the numbers of its system calls are not known here"),
        };
    }

    [LibraryImport("libc")]
    private static partial int prctl(int option, ulong a, ulong b, ulong c, ulong d);

    private readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Value);

    private struct Filter
    {
        public ushort Length;
        public Instruction* First;
    }
}
