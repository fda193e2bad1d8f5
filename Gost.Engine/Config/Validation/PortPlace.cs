namespace Gost.Engine.Config.Validation;

/// <summary>A port of this host: <c>tcp</c> or <c>udp</c>, and its number from 1.</summary>
internal readonly record struct PortPlace(string Transport, int Number);
