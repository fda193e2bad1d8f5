using System.Text.Json.Nodes;

namespace Gost.Api.OpenApi;

/// <summary>Schemas of what the API itself answers: envelopes, status, errors. Source: contract.md, REST.</summary>
internal static class AnswerSchemas
{
    /// <summary>Name and schema of each.</summary>
    public static JsonObject All() => Parse(
        """
        {
          "Duration": {
            "description": "A length of time: text with unit (30s, 1m30s), or integer nanoseconds as GOST writes them.",
            "oneOf": [ { "type": "string" }, { "type": "integer", "format": "int64" } ]
          },
          "Error": {
            "type": "object",
            "description": "A refusal: GOST's code and msg, and the members of RFC 9457.",
            "required": ["code", "msg", "type", "title", "status"],
            "properties": {
              "code": { "type": "integer" }, "msg": { "type": "string" }, "type": { "type": "string" }, "title": { "type": "string" },
              "status": { "type": "integer" }, "errors": { "type": "array", "items": { "$ref": "#/components/schemas/Finding" } }
            }
          },
          "Finding": {
            "type": "object",
            "description": "One thing found in a body: where, what, and what was probably meant.",
            "required": ["pointer", "message"],
            "properties": {
              "pointer": { "type": "string" }, "line": { "type": "integer" }, "message": { "type": "string" }, "suggestion": { "type": "string" }
            }
          },
          "Done": {
            "type": "object", "required": ["msg"], "properties": { "msg": { "type": "string" } }
          },
          "Health": {
            "type": "object", "required": ["msg"],
            "properties": {
              "msg": { "type": "string" },
              "data": { "type": "object", "properties": { "services": { "type": "integer" }, "failed": { "type": "integer" }, "lane": { "type": "string", "enum": ["kernel", "portable"] } } }
            }
          },
          "Saved": {
            "type": "object", "required": ["msg", "data"],
            "properties": { "msg": { "type": "string" }, "data": { "type": "object", "properties": { "path": { "type": "string" } } } }
          },
          "Change": {
            "type": "object",
            "description": "A change that was made, or with dryRun the plan of one.",
            "required": ["msg", "data"],
            "properties": {
              "msg": { "type": "string" },
              "data": {
                "type": "object", "required": ["revision", "warnings"],
                "properties": {
                  "revision": { "type": "integer", "format": "int64" },
                  "dryRun": { "type": "boolean" },
                  "plan": { "$ref": "#/components/schemas/Plan" },
                  "warnings": { "type": "array", "items": { "$ref": "#/components/schemas/Finding" } }
                }
              }
            }
          },
          "Plan": {
            "type": "object", "required": ["added", "changed", "removed", "restarted"],
            "properties": {
              "added": { "type": "array", "items": { "type": "string" } }, "changed": { "type": "array", "items": { "type": "string" } },
              "removed": { "type": "array", "items": { "type": "string" } }, "restarted": { "type": "array", "items": { "type": "string" } }
            }
          },
          "ServiceStatus": {
            "type": "object", "readOnly": true,
            "description": "What a service is doing; times in Unix seconds. Ignored in requests.",
            "properties": {
              "createTime": { "type": "integer", "format": "int64" },
              "state": { "type": "string", "enum": ["running", "ready", "failed", "closed"] },
              "addr": { "type": "string" },
              "generation": { "type": "integer", "format": "int64" },
              "lane": { "type": "string", "enum": ["kernel", "portable"], "description": "How its bytes go, where they come in through plain sockets." },
              "events": { "type": "array", "items": { "type": "object", "properties": { "time": { "type": "integer", "format": "int64" }, "msg": { "type": "string" } } } },
              "stats": {
                "type": "object",
                "properties": {
                  "totalConns": { "type": "integer", "format": "int64" }, "currentConns": { "type": "integer", "format": "int64" },
                  "totalErrs": { "type": "integer", "format": "int64" }, "inputBytes": { "type": "integer", "format": "int64" },
                  "outputBytes": { "type": "integer", "format": "int64" }, "droppedPackets": { "type": "integer", "format": "int64" }
                }
              },
              "lastError": {
                "type": "object",
                "properties": {
                  "time": { "type": "integer", "format": "int64" }, "layer": { "type": "string" }, "hop": { "type": "string" },
                  "node": { "type": "string" }, "msg": { "type": "string" }
                }
              },
              "warnings": { "type": "array", "items": { "type": "string" } },
              "targets": {
                "type": "array",
                "items": {
                  "type": "object",
                  "properties": {
                    "name": { "type": "string" }, "addr": { "type": "string" }, "state": { "type": "string", "enum": ["up", "failed"] },
                    "fails": { "type": "integer", "format": "int64" }, "lastFailure": { "type": "integer", "format": "int64" }
                  }
                }
              }
            }
          },
          "ChainTestResult": {
            "type": "object", "required": ["msg", "data"],
            "properties": {
              "msg": { "type": "string" },
              "data": {
                "type": "object", "required": ["reached", "ms", "steps"],
                "description": "How the way to the target went; times in milliseconds.",
                "properties": {
                  "reached": { "type": "boolean" }, "ms": { "type": "number" },
                  "steps": {
                    "type": "array",
                    "items": {
                      "type": "object", "required": ["hop", "node", "layer", "address", "ms"],
                      "properties": {
                        "hop": { "type": "string" }, "node": { "type": "string" },
                        "layer": { "type": "string", "enum": ["resolve", "dial", "tls", "handshake", "authentication", "connect", "associate"] },
                        "address": { "type": "string" }, "ms": { "type": "number" }, "error": { "type": "string" }
                      }
                    }
                  },
                  "error": {
                    "type": "object",
                    "properties": {
                      "time": { "type": "integer", "format": "int64" }, "layer": { "type": "string" }, "hop": { "type": "string" },
                      "node": { "type": "string" }, "msg": { "type": "string" }
                    }
                  }
                }
              }
            }
          },
          "KnownHosts": {
            "type": "object", "required": ["data"],
            "properties": {
              "data": {
                "type": "object", "required": ["count", "list"],
                "properties": {
                  "count": { "type": "integer" },
                  "list": {
                    "type": "array",
                    "items": {
                      "type": "object",
                      "properties": {
                        "host": { "type": "string" }, "algorithm": { "type": "string" }, "fingerprint": { "type": "string" },
                        "firstSeen": { "type": "integer", "format": "int64" }
                      }
                    }
                  }
                }
              }
            }
          },
          "Connections": {
            "type": "object", "required": ["data"],
            "properties": {
              "data": {
                "type": "object", "required": ["count", "list"],
                "properties": {
                  "count": { "type": "integer" },
                  "list": {
                    "type": "array",
                    "items": {
                      "type": "object",
                      "properties": {
                        "id": { "type": "integer", "format": "int64" }, "network": { "type": "string", "enum": ["tcp", "udp"] },
                        "client": { "type": "string" }, "target": { "type": "string" }, "since": { "type": "integer", "format": "int64" },
                        "inputBytes": { "type": "integer", "format": "int64" }, "outputBytes": { "type": "integer", "format": "int64" }
                      }
                    }
                  }
                }
              }
            }
          }
        }
        """);

    private static JsonObject Parse(string text) => JsonNode.Parse(text) as JsonObject ?? [];
}
