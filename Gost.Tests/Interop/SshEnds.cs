using Gost.Tests.Matrix;
using Gost.Tests.Testing;

namespace Gost.Tests.Interop;

/// <summary>What a test of SSH over real sockets has: engines of ours, an echo to be forwarded to, and a folder for keys.</summary>
internal sealed class SshEnds : IAsyncDisposable
{
    public TempFolder Folder { get; } = new();

    public OwnPeer Own { get; } = new();

    public TcpTarget Echo { get; } = TcpTarget.Echo();

    public async ValueTask DisposeAsync()
    {
        await Own.DisposeAsync();
        await Echo.DisposeAsync();
        Folder.Dispose();
    }
}
