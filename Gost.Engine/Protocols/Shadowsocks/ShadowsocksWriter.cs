using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Gost.Engine.Abstractions;
using Gost.Engine.Net;

namespace Gost.Engine.Protocols.Shadowsocks;

/// <summary>
/// The sending direction of a stream. Without a sealer the salt goes out with the first bytes, in one write. Nothing is allocated per call, and all chunks of
/// a call go out in one write. One writer at a time; borrows the stream.
/// </summary>
internal sealed class ShadowsocksWriter(DuplexStream inner, ShadowsocksKey key, ChunkSealer? sealer, SaltFilter filter, BufferPool buffers) : IDisposable
{
    /// <summary>Bytes that are sealed for one write at most.</summary>
    public const int MaxBlock = 4 * ChunkSealer.MaxPayload;

    private ChunkSealer? _sealer = sealer;

    /// <summary>Seals and sends; all of it has been taken by the stream when it completes.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (bytes.IsEmpty)
        {
            return ValueTask.CompletedTask;
        }

        if (bytes.Length > MaxBlock)
        {
            return WriteBlocksAsync(bytes, cancellationToken);
        }

        var block = Seal(bytes.Span, out var length);
        ValueTask writing;
        try
        {
            writing = inner.WriteAsync(block.AsMemory(0, length), cancellationToken);
        }
        catch
        {
            buffers.Return(block);
            throw;
        }

        if (!writing.IsCompletedSuccessfully)
        {
            return FinishAsync(writing, block);
        }

        writing.GetAwaiter().GetResult();
        buffers.Return(block);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => _sealer?.Dispose();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteBlocksAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            var block = bytes[..Math.Min(bytes.Length, MaxBlock)];
            await WriteAsync(block, cancellationToken);
            bytes = bytes[block.Length..];
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FinishAsync(ValueTask writing, byte[] block)
    {
        try
        {
            await writing;
        }
        finally
        {
            buffers.Return(block);
        }
    }

    private byte[] Seal(ReadOnlySpan<byte> bytes, out int length)
    {
        Span<byte> salt = stackalloc byte[_sealer is null ? key.Method.SaltSize : 0];
        if (_sealer is null)
        {
            RandomNumberGenerator.Fill(salt);
            filter.TryAdd(salt);
            _sealer = ChunkSealer.Create(key, salt);
        }

        var block = buffers.Rent(salt.Length + _sealer.SealedLength(bytes.Length));
        salt.CopyTo(block);
        length = salt.Length + _sealer.Seal(bytes, block.AsSpan(salt.Length));
        return block;
    }
}
