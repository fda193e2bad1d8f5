using Microsoft.Extensions.Logging;

namespace Gost.Engine.Runtime;

/// <summary>Log lines of files that objects are loaded from.</summary>
internal static partial class FileLog
{
    [LoggerMessage(EventId = 1900, EventName = "FileNotRead", Level = LogLevel.Warning, Message = "{Path} could not be read again, its last content stays: {Reason}")]
    public static partial void NotRead(ILogger logger, string path, string reason);
}
