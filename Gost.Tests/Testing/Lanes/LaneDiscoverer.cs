using Gost.Engine.Runtime;
using Xunit.Sdk;
using Xunit.v3;

namespace Gost.Tests.Testing.Lanes;

/// <summary>Finds what xunit finds, and makes two cases of each one in a class that runs in both lanes.</summary>
internal sealed class LaneDiscoverer(IXunitTestAssembly assembly) : XunitTestFrameworkDiscoverer(assembly)
{
    // A lane that loses an event hangs: that ends one case and not the run.
    private const int TimeoutMilliseconds = 300_000;

    /// <inheritdoc/>
    protected override ValueTask<bool> FindTestsForMethod(
        IXunitTestMethod testMethod, ITestFrameworkDiscoveryOptions discoveryOptions, Func<ITestCase, ValueTask<bool>> discoveryCallback) =>
        base.FindTestsForMethod(testMethod, discoveryOptions, RunsInBoth(testMethod) ? x => InBothAsync(x, discoveryCallback) : discoveryCallback);

    private static bool RunsInBoth(IXunitTestMethod method) =>
        method.TestClass.Class.IsDefined(typeof(BothLanesAttribute), false) && !method.Method.IsDefined(typeof(OneLaneAttribute), false);

    private static async ValueTask<bool> InBothAsync(ITestCase found, Func<ITestCase, ValueTask<bool>> callback)
    {
        // Anything else, a case that only says why discovery failed for one, has a way of its own to run.
        if (found.GetType() != typeof(XunitTestCase) && found.GetType() != typeof(XunitDelayEnumeratedTheoryTestCase))
        {
            return await callback(found);
        }

        foreach (var (lane, name) in TestLane.Both)
        {
            if (!await callback(Copy((XunitTestCase)found, lane, name)))
            {
                return false;
            }
        }

        return true;
    }

    private static XunitTestCase Copy(XunitTestCase of, DataLane lane, string name)
    {
        Dictionary<string, HashSet<string>> traits = new(of.Traits, StringComparer.OrdinalIgnoreCase) { [TestLane.Trait] = [name] };
        var (shown, id) = ($"{of.TestCaseDisplayName} ({name})", $"{of.UniqueID}-{name}");
        var timeout = of.Timeout > 0 || !typeof(Task).IsAssignableFrom(of.TestMethod.ReturnType) ? of.Timeout : TimeoutMilliseconds;
        var skip = of.SkipReason ?? TestLane.Refusal(lane);
        return of is XunitDelayEnumeratedTheoryTestCase rows
            ? new XunitDelayEnumeratedTheoryTestCase(
                rows.TestMethod, shown, id, rows.Explicit, rows.SkipTestWithoutData, rows.SkipExceptions, skip, rows.SkipType, rows.SkipUnless, rows.SkipWhen,
                traits, rows.SourceFilePath, rows.SourceLineNumber, timeout)
            : new XunitTestCase(
                of.TestMethod, shown, id, of.Explicit, of.TestLabel, of.DisableParallelization, of.SkipExceptions, skip, of.SkipType, of.SkipUnless, of.SkipWhen,
                traits, of.TestMethodArguments, of.SourceFilePath, of.SourceLineNumber, timeout);
    }
}
