namespace Gost.Api;

internal sealed class Program
{
    private static int Main() => 0;
}
