using Gost.Api.CommandLine;
using Gost.Api.Hosting;

SocketCompletions.GoOnAtOnce();
return await CommandLineProgram.RunAsync(args, GostProgram.ServeAsync);
