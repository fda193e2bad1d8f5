using Gost.Ssh.Transport;
using Gost.Streams;

namespace Gost.Ssh.Channels;

/// <summary>
/// Sends what is no data of a channel, in order, from one loop that runs on the thread which has put something in where nothing was there. Whoever
/// receives from the peer must not wait for it to receive: two ends that did would stand still. Thread-safe.
/// </summary>
internal sealed class ControlQueue
{
    // Answers that a peer may have waiting before nothing more is received from it: one that asks and does not read is not to fill memory.
    private const int MostAnswers = 1024;

    // The longest message of a channel that is built in it: a confirmation.
    private const int ScratchSize = 32;

    private readonly IPacketTransport _transport;
    private readonly Action<Exception> _failed;
    private readonly Lock _gate = new();
    private readonly Queue<IControlItem> _items = new();
    private readonly InlineSignal _signal = new();
    private readonly byte[] _scratch = new byte[ScratchSize];
    private TaskCompletionSource? _room;
    private bool _idle;
    private bool _ended;

    public ControlQueue(IPacketTransport transport, Action<Exception> failed)
    {
        (_transport, _failed) = (transport, failed);
        Completion = RunAsync();
    }

    /// <summary>Ends when nothing more will be sent; never faults.</summary>
    public Task Completion { get; }

    /// <summary>Puts an item behind those that wait. Not to be called with a lock held that an item takes.</summary>
    public void Add(IControlItem item)
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            _items.Enqueue(item);
            if (!_idle)
            {
                return;
            }

            _idle = false;
        }

        _signal.Set();
    }

    /// <summary>Completes when few enough items wait that the peer may be heard again.</summary>
    public Task WaitForRoomAsync()
    {
        lock (_gate)
        {
            if (_ended || _items.Count < MostAnswers)
            {
                return Task.CompletedTask;
            }

            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task;
        }
    }

    /// <summary>Sends nothing more. What is being sent ends with the transport.</summary>
    public void End()
    {
        bool wake;
        lock (_gate)
        {
            (wake, _idle, _ended) = (_idle, false, true);
            _items.Clear();
            _room?.TrySetResult();
        }

        if (wake)
        {
            _signal.Set();
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                IControlItem? item;
                ValueTask waiting = default;
                lock (_gate)
                {
                    if (_ended)
                    {
                        return;
                    }

                    if (_items.TryDequeue(out item))
                    {
                        if (_items.Count < MostAnswers / 2)
                        {
                            _room?.TrySetResult();
                            _room = null;
                        }
                    }
                    else
                    {
                        _idle = true;
                        waiting = _signal.Prepare();
                    }
                }

                if (item is null)
                {
                    await waiting;
                }
                else
                {
                    await item.SendAsync(_transport, _scratch);
                }
            }
        }
        catch (Exception e)
        {
            End();
            _failed(e);
        }
    }
}
