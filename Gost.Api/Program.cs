using Gost.Api.CommandLine;
using Gost.Api.Hosting;

return await CommandLineProgram.RunAsync(args, GostProgram.ServeAsync);
