using System.Collections.Immutable;
using Gost.Engine.Abstractions;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;

namespace Gost.Tests.Api;

/// <summary>A control plane that keeps objects in memory and runs nothing: the API's tests need its answers, not its services.</summary>
internal sealed class FakeControlPlane : IControlPlane
{
    private readonly DateTimeOffset _now = DateTimeOffset.UnixEpoch.AddSeconds(1753340029);

    public DesiredState Desired { get; private set; } = DesiredState.Empty;

    public bool IsReady { get; set; } = true;

    public List<ChangeRequest> Requests { get; } = [];

    public ChangeResult? Answer { get; set; }

    public Dictionary<string, List<ConnectionInfo>> Connections { get; } = [];

    public Dictionary<string, ServiceStatus> Status { get; } = [];

    public Func<string, string, string, bool> Auther { get; set; } = static (_, _, _) => false;

    public ValueTask<ChangeResult> ApplyAsync(ChangeRequest request, CancellationToken cancellationToken)
    {
        Requests.Add(request);
        return ValueTask.FromResult(Answer ?? Apply(request));
    }

    public GostConfig Export() => new() { Services = [.. Desired.OfKind(ConfigKind.Services).Select(static x => (ServiceConfig)x.Config)] };

    public ServiceStatus? GetStatus(string service) => Status.GetValueOrDefault(service)
        ?? (Desired.Find(ConfigKind.Services, service) is null ? null
            : new(_now, ServiceState.Ready, "127.0.0.1:8080", 1, [new(_now, $"service {service} is ready")], new(3, 1, 0, 1018, 7327, 0), null, [], []));

    public ServiceState? GetState(string service) => GetStatus(service)?.State;

    public IReadOnlyList<ConnectionInfo>? GetConnections(string service) =>
        Desired.Find(ConfigKind.Services, service) is null ? null : Connections.GetValueOrDefault(service) ?? [];

    public bool CloseConnection(string service, long id) => Connections.GetValueOrDefault(service)?.RemoveAll(x => x.Id == id) > 0;

    public ValueTask<ChainTestResult?> TestChainAsync(string chain, ChainTestConfig request, CancellationToken cancellationToken)
    {
        ChainTestStep step = new("hop-0", "node-0", FlowLayer.Connect, request.Target, TimeSpan.FromMilliseconds(1.5), "refused");
        ServiceError error = new(_now, FlowLayer.Connect, null, null, "refused");
        return new(chain == "busy" ? null : new ChainTestResult(TimeSpan.FromMilliseconds(2), [step], error));
    }

    public bool Authenticate(string auther, string username, string password) => Auther(auther, username, password);

    private ChangeResult Apply(ChangeRequest request) => request switch
    {
        CreateObject create when create.Config.Name.Length == 0 => Refused(ChangeRefusal.Invalid, $"{create.Kind.Noun} name is required", "/name"),
        CreateObject create when Desired.Find(create.Kind, create.Config.Name) is not null =>
            Refused(ChangeRefusal.Exists, $"{create.Kind.Noun} {create.Config.Name} already exists"),
        CreateObject create => Put(create.Kind, create.Config, request, added: true),
        ReplaceObject replace when !Matches(request, Desired.Find(replace.Kind, replace.Name)) => Refused(ChangeRefusal.PreconditionFailed, "changed since"),
        ReplaceObject replace => Put(replace.Kind, replace.Config, request, added: false),
        DeleteObject delete when Desired.Find(delete.Kind, delete.Name) is null => Refused(ChangeRefusal.NotFound, $"{delete.Kind.Noun} {delete.Name} not found"),
        DeleteObject delete => Remove(delete),
        ImportDocument import => Import(import),
        _ => new ChangeApplied(Desired.Revision, Plan(), [], request.DryRun),
    };

    private ChangeApplied Put(ConfigKind kind, NamedConfig config, ChangeRequest request, bool added)
    {
        var key = new ObjectKey(kind, config.Name);
        var plan = added ? Plan() with { Added = [key.ToString()] } : Plan() with { Changed = [key.ToString()] };
        if (!request.DryRun)
        {
            var revision = Desired.Revision + 1;
            var ordinal = Desired.Find(kind, config.Name)?.Ordinal ?? revision;
            Desired = new(revision, Desired.Objects.SetItem(key, new(kind, config, revision, ordinal, ObjectOrigin.Rest, _now, _now)));
        }

        return new(Desired.Revision, plan, [], request.DryRun);
    }

    private ChangeApplied Remove(DeleteObject delete)
    {
        Desired = new(Desired.Revision + 1, Desired.Objects.Remove(new(delete.Kind, delete.Name)));
        return new(Desired.Revision, Plan(), [], delete.DryRun);
    }

    private ChangeApplied Import(ImportDocument import)
    {
        foreach (var service in import.Document.Services)
        {
            Put(ConfigKind.Services, service, import, added: true);
        }

        return new(Desired.Revision, Plan(), [new Finding("/services/0", "kept without effect", FindingSeverity.Warning)], import.DryRun);
    }

    private static bool Matches(ChangeRequest request, DesiredObject? found) =>
        request.IfMatch is null || (found is not null && (request.IfMatch.Count == 0 || request.IfMatch.Contains(found.Revision)));

    private static ChangePlan Plan() => new([], [], [], []);

    private static ChangeRefused Refused(ChangeRefusal reason, string message, string? pointer = null) =>
        new(reason, message, pointer is null ? [] : [new Finding(pointer, message)]);
}
