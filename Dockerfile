# syntax=docker/dockerfile:1

# The build stage runs on the builder's own architecture and compiles for the target's.
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG TARGETARCH=amd64
WORKDIR /src

# Project files first: the restored packages stay cached until one of these files changes.
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt ./
COPY Gost.Api/Gost.Api.csproj Gost.Api/packages.lock.json Gost.Api/
COPY Gost.Engine/Gost.Engine.csproj Gost.Engine/packages.lock.json Gost.Engine/
COPY Gost.Ssh/Gost.Ssh.csproj Gost.Ssh/packages.lock.json Gost.Ssh/
COPY Gost.Streams/Gost.Streams.csproj Gost.Streams/packages.lock.json Gost.Streams/
COPY Gost.Persistence/Gost.Persistence.csproj Gost.Persistence/packages.lock.json Gost.Persistence/
# No runtime identifier here: the lock files hold both of them, and a restore for one alone would not match.
RUN dotnet restore Gost.Api --locked-mode -p:PublishReadyToRun=true

COPY .editorconfig appsettings.json ./
COPY Gost.Engine/ Gost.Engine/
COPY Gost.Ssh/ Gost.Ssh/
COPY Gost.Streams/ Gost.Streams/
COPY Gost.Persistence/ Gost.Persistence/
COPY Gost.Api/ Gost.Api/
RUN case "$TARGETARCH" in amd64) rid=linux-x64 ;; arm64) rid=linux-arm64 ;; *) echo "no build for $TARGETARCH" >&2; exit 1 ;; esac \
 && dotnet publish Gost.Api -c Release -r "$rid" --no-restore --no-self-contained -p:PublishReadyToRun=true -p:DebugType=none \
      -p:PublishDocumentationFiles=false -o /app \
 && install -d -m 0700 /data

FROM mcr.microsoft.com/dotnet/aspnet:10.0
# The native library of the quic transport, from Microsoft's packages for the base image's system. QUIC=false leaves it out: quic is refused then.
ARG QUIC=true
RUN [ "$QUIC" != true ] || { . /etc/os-release \
 && apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl \
 && curl -fsSL -o /tmp/feed.deb "https://packages.microsoft.com/config/$ID/$VERSION_ID/packages-microsoft-prod.deb" \
 && dpkg -i /tmp/feed.deb \
 && apt-get update \
 && apt-get install -y --no-install-recommends libmsquic \
 && apt-get purge -y --auto-remove curl \
 && rm -rf /var/lib/apt/lists/* \
 && rm /tmp/feed.deb; }
COPY --from=build /app /app
# The base image's unprivileged user. A named volume takes over owner and mode of this folder when it is made.
COPY --from=build --chown=$APP_UID:$APP_UID /data /data
VOLUME /data
USER $APP_UID
# Store and export folder lie in data/ below the working directory, which is /data here.
WORKDIR /
# Off loopback the program asks for credentials: GOST_API_USER and GOST_API_PASSWORD.
ENV GOST_API=:18080
EXPOSE 18080
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["/app/gost", "healthcheck"]
ENTRYPOINT ["/app/gost"]
