using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gost.Api.Hosting;

/// <summary>Puts the API's and the metrics endpoint's addresses on Kestrel, after checking that they may be listened on.</summary>
internal static class EndpointBinder
{
    /// <summary>Refuses an API off loopback that anybody could change. Source: contract.md, Start.</summary>
    public static void CheckAccess(ApiSettings api)
    {
        if (!ListenAddress.Parse(api.Addr, "Api:Addr").IsLocal && !api.HasCredentials && !api.AllowAnonymous)
        {
            throw new StartRefusedException(
                $"the API would listen on {api.Addr}, which other machines can reach, without credentials: set Api:Username and Api:Password "
                + "(environment Api__Username, Api__Password or GOST_API_USER, GOST_API_PASSWORD; or -api user:pass@host:port), "
                + "or listen on 127.0.0.1, or override with Api:AllowAnonymous=true (environment Api__AllowAnonymous=true)");
        }
    }

    /// <summary>Listens on the endpoints.</summary>
    public static void Bind(KestrelServerOptions kestrel, IReadOnlyList<EndPoint> api, IReadOnlyList<EndPoint> metrics)
    {
        foreach (var endPoint in api)
        {
            kestrel.Listen(endPoint, static x => x.Protocols = HttpProtocols.Http1);
        }

        foreach (var endPoint in metrics)
        {
            kestrel.Listen(endPoint, static x =>
            {
                x.Protocols = HttpProtocols.Http1;
                x.Use(static next => connection =>
                {
                    connection.Features.Set(new MetricsConnection());
                    return next(connection);
                });
            });
        }
    }

    /// <summary>Removes the file of a unix socket nobody listens on any more.</summary>
    public static void RemoveStaleSockets(IEnumerable<EndPoint> endPoints)
    {
        foreach (var endPoint in endPoints.OfType<UnixDomainSocketEndPoint>())
        {
            var path = endPoint.ToString();
            if (!File.Exists(path))
            {
                continue;
            }

            using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                probe.Connect(endPoint);
            }
            catch (SocketException fault) when (fault.SocketErrorCode == SocketError.ConnectionRefused)
            {
                File.Delete(path);
            }
        }
    }

    /// <summary>Closes unix sockets to other users.</summary>
    public static void Protect(IEnumerable<EndPoint> endPoints)
    {
        foreach (var endPoint in endPoints.OfType<UnixDomainSocketEndPoint>())
        {
            OwnerOnly.Protect(endPoint.ToString());
        }
    }
}
