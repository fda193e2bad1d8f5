using System.Net;
using System.Net.Sockets;
using Gost.Engine.Abstractions;
using Microsoft.Extensions.Logging;

namespace Gost.Engine.Net;

/// <summary>
/// Who gets the new sessions of a UDP socket, and what stands in the way of receiving. One receiver gives datagrams, one call at a time; attaching and
/// detaching from any thread.
/// </summary>
internal sealed class UdpOffers(EndPoint? local, UdpSessionTable sessions, ILogger logger)
{
    /// <summary>Errors in a row that are taken for news of single datagrams.</summary>
    public const int MaxTransientErrors = 64;

    private static readonly TimeSpan[] Delays = [.. new[] { 1, 2, 4, 5 }.Select(static x => TimeSpan.FromSeconds(x))];

    private readonly Lock _offering = new();
    private UdpAttachment? _attachment;
    private FlowException? _fault;

    /// <summary>Who gets new sessions; null = nobody.</summary>
    public UdpAttachment? Current => Volatile.Read(ref _attachment);

    /// <summary>Sends new sessions to another listener from now on, tells it of a fault that lasts, and gives the one before.</summary>
    public UdpAttachment? Attach(UdpAttachment attachment)
    {
        var previous = Interlocked.Exchange(ref _attachment, attachment);
        if (Volatile.Read(ref _fault) is { } fault)
        {
            attachment.Sink.ReportFault(fault);
            if (Volatile.Read(ref _fault) is null)
            {
                // Over in the meantime: that is what must be said last.
                attachment.Sink.ReportFault(null);
            }
        }

        sessions.Attach(attachment);
        return previous;
    }

    /// <summary>Ends an attachment, if it is still the current one; when this returns no session is being offered to it.</summary>
    public void Detach(UdpAttachment attachment)
    {
        Interlocked.CompareExchange(ref _attachment, null, attachment);
        lock (_offering)
        {
            // Waits for the offer that may be under way.
        }
    }

    /// <summary>Nobody gets new sessions any more.</summary>
    public void Clear() => Volatile.Write(ref _attachment, null);

    /// <summary>Receiving works: a fault that stood is over.</summary>
    public void Received()
    {
        if (_fault is not null)
        {
            Volatile.Write(ref _fault, null);
            Current?.Sink.ReportFault(null);
        }
    }

    /// <summary>Gives a datagram to the session of its client, or opens one. Throws nothing: a fault of one flow must not end the others'.</summary>
    public void Take(object client, ReadOnlyMemory<byte> datagram)
    {
        try
        {
            if (sessions.TryDeliver(client, datagram))
            {
                return;
            }

            lock (_offering)
            {
                if (Current is { } attachment)
                {
                    sessions.Open(client, datagram, attachment);
                }
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            DatagramLog.OfferFailed(logger, local, e);
        }
    }

    /// <summary>
    /// Receiving failed for the <paramref name="errors"/>th time in a row: how long to wait before the next try, null = at once, as it was about one datagram
    /// only. What lasts is reported.
    /// </summary>
    public TimeSpan? Failed(SocketException fault, int errors)
    {
        if (errors <= MaxTransientErrors && SocketDatagramChannel.IsTransient(fault.SocketErrorCode))
        {
            return null;
        }

        var delay = Delays[Math.Clamp(errors <= MaxTransientErrors ? errors - 1 : errors - MaxTransientErrors - 1, 0, Delays.Length - 1)];
        DatagramLog.ReceiveFault(logger, local, fault.Message, delay);
        FlowException standing = new(FlowLayer.Accept, FlowError.Failed, $"accept: {fault.Message}, retrying in {delay.TotalSeconds:0} s", fault);
        Volatile.Write(ref _fault, standing);
        Current?.Sink.ReportFault(standing);
        return delay;
    }
}
