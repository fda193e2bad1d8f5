using System.Globalization;
using System.Text;

namespace Gost.Engine.Protocols.Http.Messages;

/// <summary>Reads the bytes of one body and not one more. Source: RFC 9112 sections 6 and 7.</summary>
internal sealed class HttpBodyReader(HttpReader reader, HttpFraming framing)
{
    private const int MaxChunkLine = 1024;
    private const int MaxTrailerLine = 8 * 1024;

    // 15 digits always fit.
    private const int MaxSizeDigits = 15;

    private long _rest = framing.End == HttpBodyEnd.Length ? framing.Length : 0;
    private bool _begun;

    /// <summary>Whether the last byte was read.</summary>
    public bool IsComplete { get; private set; } = framing.End == HttpBodyEnd.None;

    /// <summary>Whether a byte of it was read.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Waits until something can be read, so that an idle body needs no buffer.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken) => IsComplete ? ValueTask.CompletedTask : reader.WaitAsync(cancellationToken);

    /// <summary>
    /// The next bytes; 0 = the body is complete. Throws <see cref="HttpSyntaxException"/>, and <see cref="EndOfStreamException"/> when the stream ends before
    /// the body does.
    /// </summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (!IsComplete && framing.End == HttpBodyEnd.Chunked && _rest == 0)
        {
            await ReadChunkSizeAsync(cancellationToken);
        }

        if (IsComplete)
        {
            return 0;
        }

        if (framing.End == HttpBodyEnd.Close)
        {
            var some = await reader.ReadAsync(buffer, cancellationToken);
            IsComplete = some == 0;
            HasBegun |= some > 0;
            return some;
        }

        var count = await reader.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _rest)], cancellationToken);
        if (count == 0)
        {
            throw new EndOfStreamException("the connection ended within a body");
        }

        HasBegun = true;
        _rest -= count;
        IsComplete = _rest == 0 && framing.End == HttpBodyEnd.Length;
        return count;
    }

    private async ValueTask ReadChunkSizeAsync(CancellationToken cancellationToken)
    {
        if (_begun && (await reader.ReadLineAsync(0, cancellationToken)).Length > 0)
        {
            throw new HttpSyntaxException("a chunk that is longer than its size");
        }

        _begun = true;
        _rest = SizeIn((await reader.ReadLineAsync(MaxChunkLine, cancellationToken)).Span);
        if (_rest > 0)
        {
            return;
        }

        // Fields behind the last chunk are not passed on. Source: RFC 9110 section 6.5.1.
        for (var fields = 0; (await reader.ReadLineAsync(MaxTrailerLine, cancellationToken)).Length > 0; fields++)
        {
            if (fields == HttpHeadParser.MaxFields)
            {
                throw new HttpSyntaxException("too many fields behind the last chunk");
            }
        }

        IsComplete = true;
    }

    private static long SizeIn(ReadOnlySpan<byte> line)
    {
        // What follows a semicolon is an extension, which nobody uses.
        var semicolon = line.IndexOf((byte)';');
        var digits = (semicolon < 0 ? line : line[..semicolon]).TrimEnd(" \t"u8);
        return digits.Length is > 0 and <= MaxSizeDigits
            && long.TryParse(Encoding.ASCII.GetString(digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size)
                ? size
                : throw new HttpSyntaxException("a chunk without a size");
    }
}
