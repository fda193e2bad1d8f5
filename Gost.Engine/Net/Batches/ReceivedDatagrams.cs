namespace Gost.Engine.Net.Batches;

/// <summary>
/// Datagrams that one call has received: runs of equal length from one sender, the last of a run may be shorter. The room is rented while there is
/// something to receive. One user at a time.
/// </summary>
internal sealed class ReceivedDatagrams(BufferPool buffers, int runs, int runSize) : IDisposable
{
    /// <summary>Room for the address of a sender, bytes.</summary>
    public const int AddressSize = 28;

    private readonly int[] _lengths = new int[runs];
    private readonly int[] _pieces = new int[runs];
    private readonly byte[] _addresses = new byte[runs * AddressSize];
    private byte[]? _room;

    /// <summary>Most runs of one call.</summary>
    public int MaxRuns => runs;

    /// <summary>Room for one run, bytes.</summary>
    public int RunSize => runSize;

    /// <summary>Runs received.</summary>
    public int Count { get; set; }

    /// <summary>The whole room.</summary>
    public byte[] Room => _room ??= buffers.Rent(runs * runSize);

    /// <summary>The raw socket addresses of the senders.</summary>
    public byte[] Addresses => _addresses;

    /// <summary>A run was received; its datagrams are <paramref name="piece"/> bytes long, the last one may be shorter.</summary>
    public void Set(int run, int length, int piece) => (_lengths[run], _pieces[run]) = (length, piece > 0 ? piece : Math.Max(1, length));

    /// <summary>The bytes of a run.</summary>
    public Span<byte> Run(int run) => Room.AsSpan(run * runSize, _lengths[run]);

    /// <summary>Bytes of each datagram of a run but the last.</summary>
    public int Piece(int run) => _pieces[run];

    /// <summary>The raw socket address of a run's sender.</summary>
    public ReadOnlySpan<byte> Address(int run) => _addresses.AsSpan(run * AddressSize, AddressSize);

    /// <summary>Gives the room back, before waiting.</summary>
    public void Release()
    {
        Count = 0;
        if (_room is not null)
        {
            buffers.Return(_room);
            _room = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Release();
}
