namespace Gost.Engine.Config;

/// <summary>The two languages of a configuration document.</summary>
public enum ConfigFormat
{
    Json,
    Yaml,
}
