using Gost.Engine.Runtime;

namespace Gost.Engine.ControlPlane;

/// <summary>What every change of one engine works on.</summary>
internal sealed record ApplyContext(
    EngineServices Engine,
    RuntimeGraph Graph,
    ServiceAssembler Assembler,
    RuntimeContext Runtime,
    Retirement Retirement,
    RetryLoop Retries,
    ObjectWarnings Warnings);
