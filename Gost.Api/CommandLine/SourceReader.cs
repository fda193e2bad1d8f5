using System.Net.Http.Headers;
using System.Text;
using Gost.Engine.Config;

namespace Gost.Api.CommandLine;

/// <summary>Fetches the text of <c>-C</c> sources. Source: spec/cli.md section 1 (Sources and order).</summary>
internal sealed class SourceReader(CommandLineHost host)
{
    /// <summary>The most octets that a source may have.</summary>
    public const int MostOctets = 10 << 20;

    private static readonly TimeSpan FetchTime = TimeSpan.FromSeconds(30);

    /// <summary>Fetches. Throws <see cref="ConfigException"/> when it cannot be had or its language is not known.</summary>
    public async Task<SourceText> ReadAsync(string source, CancellationToken cancellationToken)
    {
        if (source == "-")
        {
            await using var input = host.OpenInput();
            var text = await ReadBoundedAsync("stdin", input, cancellationToken);
            return new SourceText("stdin", text, text.Span is [(byte)'{', ..] ? ConfigFormat.Json : ConfigFormat.Yaml);
        }

        if (source.StartsWith('{') && source.EndsWith('}'))
        {
            return new SourceText("-C inline JSON", Encoding.UTF8.GetBytes(source), ConfigFormat.Json);
        }

        return Uri.TryCreate(source, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? await FetchAsync(url, cancellationToken)
            : await ReadFileAsync(source, cancellationToken);
    }

    private static async Task<SourceText> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        var format = FormatOfExtension(path) ?? throw Refused(
            path, $"the extension '{Path.GetExtension(path)}' is not one of .json, .yaml, .yml; convert the file or rename it");
        try
        {
            await using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return new SourceText(path, await ReadBoundedAsync(path, file, cancellationToken), format);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw Refused(path, e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : e.Message);
        }
    }

    private async Task<SourceText> FetchAsync(Uri url, CancellationToken cancellationToken)
    {
        var label = new UriBuilder(url) { UserName = "", Password = "" }.Uri.ToString();
        using HttpClient client = new(host.HttpHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        using HttpRequestMessage request = new(HttpMethod.Get, url);
        if (url.UserInfo.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url.UserInfo))));
        }

        // One limit for everything, the body included.
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(FetchTime);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if ((int)response.StatusCode != 200)
            {
                throw Refused(label, $"the server answered {(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd());
            }

            await using var body = await response.Content.ReadAsStreamAsync(limit.Token);
            var text = await ReadBoundedAsync(label, body, limit.Token);
            return new SourceText(label, text, FormatOf(response.Content.Headers.ContentType?.MediaType, url));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Refused(label, $"there was no answer within {FetchTime.TotalSeconds} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Refused(label, $"fetching failed: {e.Message}");
        }
    }

    private static ConfigFormat FormatOf(string? mediaType, Uri url) => mediaType?.ToLowerInvariant() switch
    {
        "application/json" => ConfigFormat.Json,
        "application/yaml" or "application/x-yaml" or "text/yaml" or "text/x-yaml" => ConfigFormat.Yaml,
        _ => FormatOfExtension(url.AbsolutePath) ?? ConfigFormat.Yaml,
    };

    private static ConfigFormat? FormatOfExtension(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".json" => ConfigFormat.Json,
        ".yaml" or ".yml" => ConfigFormat.Yaml,
        _ => null,
    };

    private static async Task<ReadOnlyMemory<byte>> ReadBoundedAsync(string label, Stream stream, CancellationToken cancellationToken)
    {
        using MemoryStream text = new();
        var buffer = new byte[64 << 10];
        while (await stream.ReadAsync(buffer, cancellationToken) is var count and > 0)
        {
            if (text.Length + count > MostOctets)
            {
                throw Refused(label, $"it is larger than {MostOctets >> 20} MiB");
            }

            text.Write(buffer, 0, count);
        }

        return text.ToArray();
    }

    private static ConfigException Refused(string label, string what) => new([new Finding("", $"{label}: {what}")]);
}
