using System.Net;
using Gost.Api.CommandLine;
using Gost.Api.Hosting;
using Gost.Engine.ControlPlane;
using Gost.Tests.Api;
using Xunit;

namespace Gost.Tests.Hosting;

public sealed class ReloaderTests
{
    [Fact]
    public async Task TwoReloads_ApplyWhatWasReadLast_Last()
    {
        FakeControlPlane control = new();
        TaskCompletionSource slow = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using ChangingSource source = new(slow.Task);
        ProgramArguments arguments = new() { Sources = ["http://127.0.0.1/gost.json"] };
        using Reloader reloader = new(new SourceLoader(arguments, new CommandLineHost { HttpHandler = () => source }), control);

        var first = reloader.ReloadAsync(static x => x, TestContext.Current.CancellationToken);
        var second = reloader.ReloadAsync(static x => x, TestContext.Current.CancellationToken);
        slow.SetResult();
        await Task.WhenAll(first, second);

        Assert.Equal(["s1", "s2"], control.Requests.Select(static x => Assert.Single(Assert.IsType<ApplySources>(x).Document.Services).Name));
    }

    /// <summary>Another service at each request; the first answer is slow.</summary>
    private sealed class ChangingSource(Task slow) : HttpMessageHandler
    {
        private int _requests;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var number = Interlocked.Increment(ref _requests);
            if (number == 1)
            {
                await slow;
            }

            var text = $$$"""{"services":[{"name":"s{{{number}}}","addr":":1","handler":{"type":"tcp"},"listener":{"type":"tcp"}}]}""";
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(text) };
        }
    }
}
