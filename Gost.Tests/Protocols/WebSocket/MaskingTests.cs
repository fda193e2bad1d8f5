using System.Runtime.InteropServices;
using Gost.Engine.Protocols.WebSocket;
using Xunit;

namespace Gost.Tests.Protocols.WebSocket;

public sealed class MaskingTests
{
    private static readonly byte[] Key = [0x37, 0xfa, 0x21, 0x3d];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(63)]
    [InlineData(1000)]
    public void Apply_AnyLength_IsTheXorOfEachByte(int length)
    {
        var source = Bytes(length);
        var destination = new byte[length];

        Masking.Apply(source, destination, MemoryMarshal.Read<uint>(Key));

        Assert.Equal(source.Select(static (x, i) => (byte)(x ^ Key[i % 4])), destination);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(6)]
    [InlineData(14)]
    [InlineData(40)]
    public void Apply_DestinationBeforeItsSource_MovesWhatItMasks(int distance)
    {
        var source = Bytes(500);
        var memory = new byte[distance].Concat(source).ToArray();

        Masking.Apply(memory.AsSpan(distance), memory, MemoryMarshal.Read<uint>(Key));

        Assert.Equal(source.Select(static (x, i) => (byte)(x ^ Key[i % 4])), memory.Take(500));
    }

    [Fact]
    public void Apply_InPieces_GoesOnWithTheKey()
    {
        var source = Bytes(200);
        var destination = new byte[source.Length];
        var key = MemoryMarshal.Read<uint>(Key);
        for (int at = 0, piece = 1; at < source.Length; at += piece, piece = Math.Min(piece + 3, source.Length - at))
        {
            key = Masking.Apply(source.AsSpan(at, piece), destination.AsSpan(at), key);
        }

        Assert.Equal(source.Select(static (x, i) => (byte)(x ^ Key[i % 4])), destination);
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
