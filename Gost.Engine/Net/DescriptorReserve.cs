namespace Gost.Engine.Net;

/// <summary>Keeps descriptors free for the store and the API: accepting pauses when fewer are left.</summary>
internal sealed class DescriptorReserve;
