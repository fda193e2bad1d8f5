namespace Gost.Engine.Catalog;

/// <summary>Members beside the metadata that a type acts on. What it does not act on is warned about where it is set.</summary>
[Flags]
internal enum ActingMembers
{
    None = 0,

    /// <summary><c>tls</c>.</summary>
    Tls = 1,

    /// <summary><c>auth</c>, of handlers and listeners <c>auther</c> and <c>authers</c> as well.</summary>
    Auth = 2,
}
