using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gost.Api.Hosting;

/// <summary>One log line: JSON with time, level, msg, logger and the fields of the message, or the same as <c>key=value</c>.</summary>
internal sealed class LogLineFormat(bool json, TimeProvider time)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The line without its end.</summary>
    public string Write(LogLevel level, string category, string message, IEnumerable<KeyValuePair<string, object?>> fields, Exception? exception)
    {
        List<KeyValuePair<string, object>> all =
        [
            new("time", time.GetLocalNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture)),
            new("level", Name(level)),
            new("msg", message),
            new("logger", category[(category.LastIndexOf('.') + 1)..]),
        ];
        foreach (var (key, value) in fields)
        {
            if (value is not null && key != "{OriginalFormat}")
            {
                all.Add(new(JsonNamingPolicy.CamelCase.ConvertName(key), value));
            }
        }

        if (exception is not null)
        {
            all.Add(new("error", exception.ToString()));
        }

        return json ? Json(all) : Text(all);
    }

    private static string Json(List<KeyValuePair<string, object>> fields)
    {
        ArrayBufferWriter<byte> buffer = new(256);
        using (Utf8JsonWriter writer = new(buffer, Options))
        {
            HashSet<string> written = new(StringComparer.Ordinal);
            writer.WriteStartObject();
            foreach (var (key, value) in fields.Where(x => written.Add(x.Key)))
            {
                switch (value)
                {
                    case bool flag:
                        writer.WriteBoolean(key, flag);
                        break;
                    case sbyte or byte or short or ushort or int or uint or long:
                        writer.WriteNumber(key, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                        break;
                    case TimeSpan duration:
                        writer.WriteNumber(key, duration.Ticks * 100);
                        break;
                    default:
                        writer.WriteString(key, Convert.ToString(value, CultureInfo.InvariantCulture));
                        break;
                }
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Text(List<KeyValuePair<string, object>> fields) => string.Join(' ', fields.Select(static x =>
    {
        var value = Convert.ToString(x.Value, CultureInfo.InvariantCulture) ?? "";
        return value.Length == 0 || value.Any(static c => char.IsControl(c) || c is ' ' or '"' or '=')
            ? $"{x.Key}={JsonSerializer.Serialize(value)}"
            : $"{x.Key}={value}";
    }));

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "fatal",
    };
}
