using System.Net;
using System.Threading.Channels;
using Gost.Engine.Abstractions;
using Gost.Engine.Protocols.Quic;

namespace Gost.Tests.Protocols.Quic;

/// <summary>A bound port of <see cref="FakeQuicStack"/>.</summary>
internal sealed class FakeQuicPort(IPEndPoint at, Func<EndPoint, QuicTerms?> judge, Action close) : IQuicPort
{
    private readonly Channel<object> _arrivals = Channel.CreateUnbounded<object>();

    public IPEndPoint LocalEndPoint => at;

    public QuicTerms? Judge(EndPoint client) => judge(client);

    public void Add(object arrival) => _arrivals.Writer.TryWrite(arrival);

    public async ValueTask<IQuicLink?> AcceptAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _arrivals.Reader.ReadAsync(cancellationToken) switch
            {
                FlowException failure => throw failure,
                var link => (IQuicLink)link,
            };
        }
        catch (ChannelClosedException)
        {
            return null;
        }
    }

    public ValueTask DisposeAsync()
    {
        _arrivals.Writer.TryComplete();
        close();
        return ValueTask.CompletedTask;
    }
}
