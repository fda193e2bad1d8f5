using System.Net;
using Gost.Ssh.Keys;
using Xunit;

namespace Gost.Tests.Ssh.Keys;

public sealed class AuthorizedKeysTests
{
    private const string One = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
    private const string Two = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB8eHRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgEA";

    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void PlainLines_GiveTheirKeysWithoutLimits()
    {
        var keys = AuthorizedKeys.Parse($"# a comment\r\n\n{One} somebody at home\r\n  {Two}\n");

        Assert.Empty(keys.Refused);
        Assert.Equal([One, Two], keys.Keys.Select(static x => x.Key.ToString()));
        Assert.Equal(["somebody at home", ""], keys.Keys.Select(static x => x.Comment));
        var key = keys.Find(SshPublicKey.Parse(Two), null, Now);
        Assert.NotNull(key);
        Assert.True(key.AllowsOpen("anything", 1) && key.AllowsListen("", 0));
    }

    [Theory]
    [InlineData("from=\"10.0.0.0/8,!10.1.0.0/16,192.168.1.?\"", "10.2.3.4", true)]
    [InlineData("from=\"10.0.0.0/8,!10.1.0.0/16,192.168.1.?\"", "10.1.3.4", false)]
    [InlineData("from=\"10.0.0.0/8,!10.1.0.0/16,192.168.1.?\"", "192.168.1.7", true)]
    [InlineData("from=\"10.0.0.0/8,!10.1.0.0/16,192.168.1.?\"", "192.168.1.17", false)]
    [InlineData("from=\"10.0.0.0/8\"", "::ffff:10.2.3.4", true)]
    [InlineData("from=\"2001:db8::/32\"", "2001:db8::1", true)]
    [InlineData("from=\"*\"", "::1", true)]
    [InlineData("from=\"*\"", null, false)]
    [InlineData("expiry-time=\"20260101Z\"", "::1", false)]
    [InlineData("expiry-time=\"202601010001Z\"", "::1", true)]
    [InlineData("expiry-time=\"20270101000000Z\",expiry-time=\"20250101Z\"", "::1", false)]
    [InlineData("no-pty,command=\"echo \\\"a, b\\\"\",environment=\"A=1\"", null, true)]
    public void From_AndExpiry_DecideWhetherTheKeyIsTaken(string options, string? client, bool expected)
    {
        var keys = AuthorizedKeys.Parse($"{options} {One} c");

        Assert.Empty(keys.Refused);
        Assert.Equal(expected, keys.Find(SshPublicKey.Parse(One), client is null ? null : IPAddress.Parse(client), Now) is not null);
    }

    [Theory]
    [InlineData("permitopen=\"localhost:80\",permitopen=\"*:443\",permitopen=\"[::1]:*\"", "localhost", 80, true)]
    [InlineData("permitopen=\"localhost:80\",permitopen=\"*:443\",permitopen=\"[::1]:*\"", "LOCALHOST", 80, true)]
    [InlineData("permitopen=\"localhost:80\",permitopen=\"*:443\",permitopen=\"[::1]:*\"", "localhost", 81, false)]
    [InlineData("permitopen=\"localhost:80\",permitopen=\"*:443\",permitopen=\"[::1]:*\"", "example.com", 443, true)]
    [InlineData("permitopen=\"localhost:80\",permitopen=\"*:443\",permitopen=\"[::1]:*\"", "::1", 9, true)]
    [InlineData("permitopen=\"local*:80\"", "localhost", 80, false)]
    [InlineData("permitlisten=\"8080\"", "localhost", 80, true)]
    [InlineData("no-port-forwarding", "localhost", 80, false)]
    [InlineData("restrict", "localhost", 80, false)]
    [InlineData("restrict,port-forwarding", "localhost", 80, true)]
    public void PermitOpen_NamesTheTargets(string options, string host, int port, bool expected) =>
        Assert.Equal(expected, Assert.Single(AuthorizedKeys.Parse($"{options} {One}").Keys).AllowsOpen(host, port));

    [Theory]
    [InlineData("permitlisten=\"8080\",permitlisten=\"local*:*\"", "", 8080, true)]
    [InlineData("permitlisten=\"8080\",permitlisten=\"local*:*\"", "localhost", 1, true)]
    [InlineData("permitlisten=\"8080\",permitlisten=\"local*:*\"", "0.0.0.0", 8081, false)]
    [InlineData("permitopen=\"localhost:80\"", "0.0.0.0", 8081, true)]
    [InlineData("restrict,permitlisten=\"8080\"", "", 8080, false)]
    public void PermitListen_NamesTheListeners(string options, string host, int port, bool expected) =>
        Assert.Equal(expected, Assert.Single(AuthorizedKeys.Parse($"{options} {One}").Keys).AllowsListen(host, port));

    [Theory]
    [InlineData("verify-required " + One, "the option \"verify-required\" is not supported; the key is not taken")]
    [InlineData("cert-authority " + One, "the option \"cert-authority\" is not supported; the key is not taken")]
    [InlineData("restrict=\"x\" " + One, "the option \"restrict\" with this value is not supported; the key is not taken")]
    [InlineData("permitopen=\"80\" " + One, "the option \"permitopen\" with this value is not supported; the key is not taken")]
    [InlineData("from=\"a\",from=\"b\" " + One, "the option \"from\" with this value is not supported; the key is not taken")]
    [InlineData("from=10.0.0.1 " + One, "the value of the option \"from\" is not in quotes, or they are not closed")]
    [InlineData("from=\"10.0.0.1 " + One, "the value of the option \"from\" is not in quotes, or they are not closed")]
    [InlineData("from=\"a\"b " + One, "something stands behind the value of the option \"from\"")]
    [InlineData("ssh-ed25519 AAAA", "the ssh-ed25519 key is damaged")]
    [InlineData("ssh-ed25519 !", "the ssh-ed25519 key is no base64")]
    [InlineData("ssh-ed25519", "a public key is written as its kind and its base64, separated by a space")]
    [InlineData("ssh-dss AAAA", "keys of the kind ssh-dss are not supported; use ed25519, ecdsa or rsa")]
    [InlineData("sk-ssh-ed25519@openssh.com AAAA", "keys of the kind sk-ssh-ed25519@openssh.com are not supported; use ed25519, ecdsa or rsa")]
    [InlineData("just words", "a public key is written as its kind and its base64, separated by a space")]
    public void LineThatIsNotUnderstood_GivesNoKeyAndTheReason(string line, string reason)
    {
        var keys = AuthorizedKeys.Parse($"{Two}\n{line}");

        Assert.Equal([Two], keys.Keys.Select(static x => x.Key.ToString()));
        Assert.Equal([new RefusedKeyLine(2, reason)], keys.Refused);
    }
}
