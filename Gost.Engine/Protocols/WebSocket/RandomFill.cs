namespace Gost.Engine.Protocols.WebSocket;

/// <summary>Fills bytes with random ones: keys of upgrades and masks. Replaceable so that recordings can be reproduced.</summary>
internal delegate void RandomFill(Span<byte> bytes);
