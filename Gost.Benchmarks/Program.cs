using BenchmarkDotNet.Running;
using Gost.Benchmarks.ControlPlane;

// "control-plane [--services N]" measures the program with many definitions; everything else goes to the micro benchmarks' own command line.
if (args is ["control-plane", .. var options])
{
    return await ControlPlaneBenchmark.RunAsync(options);
}

BenchmarkSwitcher.FromAssembly(typeof(ControlPlaneBenchmark).Assembly).Run(args);
return 0;
