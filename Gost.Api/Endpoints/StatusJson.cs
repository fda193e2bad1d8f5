using System.Text.Json;
using System.Text.Json.Nodes;
using Gost.Engine.ControlPlane;
using Gost.Engine.Runtime;

namespace Gost.Api.Endpoints;

/// <summary>Status and connections in GOST's member names; times in Unix seconds. Source: spec/api.md section 4; contract.md, Status.</summary>
internal static class StatusJson
{
    /// <summary>The status block of a service.</summary>
    public static JsonObject From(ServiceStatus status)
    {
        JsonObject json = new()
        {
            ["createTime"] = status.CreateTime.ToUnixTimeSeconds(),
            ["state"] = Lower(status.State),
            ["addr"] = status.Addr,
            ["generation"] = status.Generation,
            ["events"] = new JsonArray([.. status.Events.Select(static x => new JsonObject { ["time"] = x.Time.ToUnixTimeSeconds(), ["msg"] = x.Message })]),
            ["stats"] = new JsonObject
            {
                ["totalConns"] = status.Stats.TotalConns,
                ["currentConns"] = status.Stats.CurrentConns,
                ["totalErrs"] = status.Stats.TotalErrs,
                ["inputBytes"] = status.Stats.InputBytes,
                ["outputBytes"] = status.Stats.OutputBytes,
                ["droppedPackets"] = status.Stats.DroppedPackets,
            },
            ["warnings"] = new JsonArray([.. status.Warnings.Select(static x => (JsonNode)x)]),
            ["targets"] = new JsonArray([.. status.Targets.Select(Target)]),
        };
        if (status.Lane is { } lane)
        {
            json["lane"] = From(lane);
        }

        if (status.LastError is { } error)
        {
            json["lastError"] = From(error);
        }

        return json;
    }

    /// <summary>The name of a lane.</summary>
    public static string From(DataLane lane) => Lower(lane);

    /// <summary>One live flow.</summary>
    public static JsonObject From(Engine.ControlPlane.ConnectionInfo connection) => new()
    {
        ["id"] = connection.Id,
        ["network"] = connection.Network,
        ["client"] = connection.Client,
        ["target"] = connection.Target,
        ["since"] = connection.Since.ToUnixTimeSeconds(),
        ["inputBytes"] = connection.InputBytes,
        ["outputBytes"] = connection.OutputBytes,
    };

    private static JsonObject Target(Engine.Abstractions.TargetHealth target)
    {
        JsonObject json = new()
        {
            ["name"] = target.Name,
            ["addr"] = target.Addr,
            ["state"] = target.Up ? "up" : "failed",
            ["fails"] = target.Fails,
        };
        if (target.LastFailure is { } time)
        {
            json["lastFailure"] = time.ToUnixTimeSeconds();
        }

        return json;
    }

    /// <summary>What went wrong last, or in a test.</summary>
    public static JsonObject From(ServiceError error)
    {
        JsonObject json = new() { ["time"] = error.Time.ToUnixTimeSeconds(), ["layer"] = Lower(error.Layer) };
        if (error.Hop is { } hop)
        {
            json["hop"] = hop;
        }

        if (error.Node is { } node)
        {
            json["node"] = node;
        }

        json["msg"] = error.Message;
        return json;
    }

    private static string Lower<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
