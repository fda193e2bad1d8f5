using System.Text.Json.Nodes;
using Gost.Engine.Config;
using Gost.Engine.Config.Model;
using Gost.Engine.ControlPlane;

namespace Gost.Api.Endpoints;

/// <summary>Shows objects as GOST does: a service always has handler, listener and status. Source: spec/api.md sections 4 and 6.</summary>
internal sealed class ObjectPresenter(IControlPlane controlPlane)
{
    /// <summary>One object, with status if it is a service.</summary>
    public JsonObject Show(NamedConfig config)
    {
        var json = ConfigWriter.ToJson(config);
        if (config is ServiceConfig)
        {
            AddRuntime(json, config.Name);
        }

        return json;
    }

    /// <summary>The whole document, with status on every service.</summary>
    public JsonObject Show(GostConfig document)
    {
        var json = ConfigWriter.ToJson(document);
        if (json["services"] is not JsonArray services)
        {
            json["services"] = services = [];
        }

        for (var i = 0; i < services.Count && i < document.Services.Count; i++)
        {
            if (services[i] is JsonObject service)
            {
                AddRuntime(service, document.Services[i].Name);
            }
        }

        return json;
    }

    private void AddRuntime(JsonObject service, string name)
    {
        // Missing blocks mean GOST's defaults; clients read these two without asking whether they are there.
        service.TryAdd("handler", new JsonObject { ["type"] = "auto" });
        service.TryAdd("listener", new JsonObject { ["type"] = "tcp" });
        if (controlPlane.GetStatus(name) is { } status)
        {
            service["status"] = StatusJson.From(status);
        }
    }
}
