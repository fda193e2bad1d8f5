using System.Globalization;
using System.Text;

namespace Gost.Benchmarks.ControlPlane;

/// <summary>Rows of a step, its time, and the program's memory after it.</summary>
internal sealed class MeasurementTable
{
    private readonly List<(string Step, TimeSpan Time, long? ResidentKib)> _rows = [];

    public void Add(string step, TimeSpan time, MeasuredProgram? program = null) => _rows.Add((step, time, program?.ResidentKib()));

    public override string ToString()
    {
        var text = new StringBuilder("| step | time | resident memory |\n|---|---|---|\n");
        foreach (var (step, time, resident) in _rows)
        {
            var duration = time.TotalSeconds >= 1 ? $"{time.TotalSeconds:F2} s" : $"{time.TotalMilliseconds:F1} ms";
            text.Append(CultureInfo.InvariantCulture, $"| {step} | {duration} | {(resident is { } kib ? $"{kib / 1024} MiB" : "")} |\n");
        }

        return text.ToString();
    }
}
