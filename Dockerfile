# Kabarchy as one static binary in an empty image.
#
#   docker build -t kabarchy \
#     --build-arg VERSION="$(git describe --tags --always --dirty)" \
#     --build-arg REVISION="$(git rev-parse HEAD)" \
#     --build-arg DATE="$(git show -s --format=%cI)" .
#   docker run --rm kabarchy version
#   docker run --stop-timeout 30 --env-file .env -v "$PWD/kabarchy.yaml:/etc/kabarchy/kabarchy.yaml:ro" kabarchy
#
# In .env are TELEGRAM_BOT_TOKEN and REDIS_URL.

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# No Git repository comes into the build: kabarchy version says what these say, and
# "unknown" without them.
ARG VERSION
ARG REVISION
ARG DATE
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false \
    -ldflags="-s -w -X main.stampedVersion=$VERSION -X main.stampedRevision=$REVISION -X main.stampedDate=$DATE" \
    -o /kabarchy ./cmd/kabarchy

FROM scratch
ARG VERSION
ARG REVISION
ARG DATE
LABEL org.opencontainers.image.title=Kabarchy \
      org.opencontainers.image.version=$VERSION \
      org.opencontainers.image.revision=$REVISION \
      org.opencontainers.image.created=$DATE \
      org.opencontainers.image.licenses=MIT
# To know whom to trust on the web. The time zones are in the binary.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /kabarchy /kabarchy
# Who asks comes from outside the container, whatever the configuration says under listen.
ENV KABARCHY_CONFIG=/etc/kabarchy/kabarchy.yaml KABARCHY_LISTEN=0.0.0.0:8080
# A number, so that an orchestrator can see that it is not root.
USER 65532:65532
EXPOSE 8080
# There is no shell in here: the program asks itself, at the address it listens on.
# It is healthy also while it waits for Redis.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["/kabarchy", "healthcheck"]
ENTRYPOINT ["/kabarchy"]
CMD ["run"]
