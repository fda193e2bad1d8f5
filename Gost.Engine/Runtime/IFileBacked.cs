namespace Gost.Engine.Runtime;

/// <summary>A compiled object that has entries in a local file.</summary>
internal interface IFileBacked
{
    /// <summary>Why the file could not be read the last time, and what follows from that; null when it could, or there is none.</summary>
    string? FileWarning { get; }
}
