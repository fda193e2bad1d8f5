namespace Gost.Tests.EndToEnd;

/// <summary>
/// The documents of GOST's page on port forwarding, its slips kept (two nodes of the name <c>target-1</c>; the chain of a tcp client below
/// the listener), with the given addresses.
/// </summary>
internal static class PortForwardingDocuments
{
    public static string TcpThreeTargets(string listen, string first, string second, string third) =>
        $"""
        services:
        - name: service-0
          addr: {listen}
          handler:
            type: tcp
          listener:
            type: tcp
          forwarder:
            nodes:
            - name: target-0
              addr: {first}
            - name: target-1
              addr: {second}
            - name: target-1
              addr: {third}
            selector:
              strategy: round
              maxFails: 1
              failTimeout: 30s

        """;

    public static string Udp(string listen, bool keepAlive, params string[] targets) =>
        $"""
        services:
        - name: service-0
          addr: {listen}
          handler:
            type: udp
          listener:
            type: udp
            metadata:
              keepalive: {(keepAlive ? "true" : "false")}
              ttl: 5s
              readBufferSize: 4096
          forwarder:
            nodes:
        {string.Join('\n', targets.Select((x, i) => $"    - name: target-{i}\n      addr: {x}"))}

        """;

    /// <summary>The client of a tunnel whose far end picks the target. The page's dialer is tls.</summary>
    public static string ChainBelowListener(string listen, string node, string dialer) =>
        $"""
        services:
        - name: service-0
          addr: {listen}
          handler:
            type: tcp
          listener:
            type: tcp
            chain: chain-0
        chains:
        - name: chain-0
          hops:
          - name: hop-0
            nodes:
            - name: node-0
              addr: {node}
              connector:
                type: forward
              dialer:
                type: {dialer}

        """;
}
