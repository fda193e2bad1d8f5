using Microsoft.Win32.SafeHandles;

namespace Gost.Engine.Net.Loops;

/// <summary>Owns a descriptor. It is closed when it was disposed and nobody is in the middle of a call with it.</summary>
internal sealed class DescriptorHandle : SafeHandleMinusOneIsInvalid
{
    /// <summary>Takes over <paramref name="descriptor"/>.</summary>
    public DescriptorHandle(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>The number; valid while a reference is held (<c>DangerousAddRef</c>) or the owner has not disposed it.</summary>
    public int Number => (int)handle;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        _ = LinuxCalls.Close((int)handle);
        return true;
    }
}
