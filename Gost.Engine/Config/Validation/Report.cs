using FluentValidation;
using FluentValidation.Results;

namespace Gost.Engine.Config.Validation;

/// <summary>Takes the findings of one aspect. Pointers are relative to the object.</summary>
internal readonly struct Report(Action<ValidationFailure> add, ValidationContext context)
{
    /// <summary>What the object is judged by.</summary>
    public ValidationContext Context { get; } = context;

    /// <summary>Something that refuses the change.</summary>
    public void Error(string pointer, string message, string? suggestion = null) => Add(pointer, message, Severity.Error, suggestion);

    /// <summary>Something that is reported with the change.</summary>
    public void Warn(string pointer, string message, string? suggestion = null) => Add(pointer, message, Severity.Warning, suggestion);

    /// <summary>The finding of a failure that was added here.</summary>
    public static Finding ToFinding(ValidationFailure failure) => new(
        failure.PropertyName,
        failure.ErrorMessage,
        failure.Severity == Severity.Error ? FindingSeverity.Error : FindingSeverity.Warning,
        Suggestion: failure.CustomState as string);

    private void Add(string pointer, string message, Severity severity, string? suggestion) =>
        add(new ValidationFailure(pointer, message) { Severity = severity, CustomState = suggestion });
}
