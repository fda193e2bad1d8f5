using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Gost.Engine.Abstractions;

namespace Gost.Tests.Testing;

/// <summary>Two ends of an in-memory connection whose writes wait while the far end has more than <c>capacity</c> bytes to read.</summary>
internal sealed class DuplexPair : IDisposable
{
    public DuplexPair(int capacity = 64 * 1024)
    {
        PipeOptions options = new(
            pauseWriterThreshold: capacity, resumeWriterThreshold: Math.Max(1, capacity / 2), readerScheduler: PipeScheduler.ThreadPool,
            writerScheduler: PipeScheduler.ThreadPool, useSynchronizationContext: false);
        Pipe up = new(options);
        Pipe down = new(options);
        Near = new End(down.Reader, up.Writer, new IPEndPoint(IPAddress.Loopback, 1), new IPEndPoint(IPAddress.Loopback, 2));
        Far = new End(up.Reader, down.Writer, new IPEndPoint(IPAddress.Loopback, 2), new IPEndPoint(IPAddress.Loopback, 1));
    }

    public DuplexStream Near { get; }

    public DuplexStream Far { get; }

    public void Dispose()
    {
        Near.Dispose();
        Far.Dispose();
    }

    private sealed class End(PipeReader input, PipeWriter output, EndPoint local, EndPoint remote) : DuplexStream
    {
        private readonly Lock _gate = new();
        private bool _reading;
        private bool _writing;
        private bool _ended;
        private bool _writesCompleted;
        private Exception? _reason;

        public override EndPoint? LocalEndPoint => local;

        public override EndPoint? RemoteEndPoint => remote;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_ended, this);
                _reading = true;
            }

            try
            {
                var result = await input.ReadAsync(cancellationToken);
                var count = (int)Math.Min(buffer.Length, result.Buffer.Length);
                result.Buffer.Slice(0, count).CopyTo(buffer.Span);
                input.AdvanceTo(result.Buffer.GetPosition(count));
                return result.IsCanceled ? throw new ObjectDisposedException(nameof(DuplexPair)) : count;
            }
            finally
            {
                lock (_gate)
                {
                    _reading = false;
                    if (_ended)
                    {
                        input.Complete();
                    }
                }
            }
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_ended, this);
                _writing = true;
            }

            try
            {
                var result = await output.WriteAsync(buffer, cancellationToken);
                ObjectDisposedException.ThrowIf(result.IsCanceled, this);

                if (result.IsCompleted)
                {
                    throw new IOException("the far end reads no more");
                }
            }
            finally
            {
                lock (_gate)
                {
                    _writing = false;
                    if (_ended)
                    {
                        output.Complete(_reason);
                    }
                }
            }
        }

        public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken)
        {
            lock (_gate)
            {
                if (!_ended && !_writesCompleted)
                {
                    _writesCompleted = true;
                    output.Complete();
                }
            }

            return ValueTask.CompletedTask;
        }

        public override void Abort(Exception? reason = null) => Finish(reason ?? new IOException("aborted"));

        protected override void Dispose(bool disposing)
        {
            Finish(null);
            base.Dispose(disposing);
        }

        private void Finish(Exception? reason)
        {
            lock (_gate)
            {
                if (_ended)
                {
                    return;
                }

                (_ended, _reason) = (true, reason);
                if (_reading)
                {
                    input.CancelPendingRead();
                }
                else
                {
                    input.Complete();
                }

                if (_writing)
                {
                    output.CancelPendingFlush();
                }
                else
                {
                    output.Complete(reason);
                }
            }
        }
    }
}
