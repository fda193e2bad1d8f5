namespace Gost.Engine.Config.Model;

/// <summary>The member is written even when it is empty or zero (spec/cli.md section 1, <c>-O</c>).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AlwaysWrittenAttribute : Attribute;

/// <summary>The member's name in documents where it is not the property's name in camel case.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ConfigNameAttribute(string name) : Attribute
{
    /// <summary>The exact name in YAML and JSON.</summary>
    public string Name { get; } = name;
}

/// <summary>A plain string is accepted for this record and sets the named property (chainGroup.chains entries).</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ScalarFormAttribute(string property) : Attribute
{
    /// <summary>The C# name of the property that takes the string.</summary>
    public string Property { get; } = property;
}

/// <summary>The string value is a secret: never logged.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute;

/// <summary>The string names a local file; over REST only those below the folder for files are taken.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FilePathAttribute : Attribute;
