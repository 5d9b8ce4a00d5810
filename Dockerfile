# The image that tools/release assembles without a container engine (docs/decisions/0033),
# for those who have one: the same files, user and labels, which a test holds.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=devel
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=${VERSION}" -o /out/controlwatch ./cmd/controlwatch \
 && go run -C tools/release . certificates > /out/ca-certificates.crt \
 && mkdir -p /out/data /out/tmp

# Static, from an empty base: no shell, no package manager, not root.
FROM scratch
COPY --from=build /src/tools/release/image/etc/group /etc/group
COPY --from=build /src/tools/release/image/etc/passwd /etc/passwd
COPY --from=build /out/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/controlwatch /controlwatch
# The data folder is the only place that is written to; mount a volume there.
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build --chmod=1777 /out/tmp /tmp
ARG VERSION=devel
LABEL org.opencontainers.image.title="controlwatch"
LABEL org.opencontainers.image.description="Watches how clouds, identity providers and code hosts are configured, and judges it against the SOC 2 criteria"
LABEL org.opencontainers.image.source="https://github.com/controlwatch/controlwatch"
LABEL org.opencontainers.image.licenses="Apache-2.0"
LABEL org.opencontainers.image.version="${VERSION}"
USER 65532:65532
WORKDIR /
ENV CONTROLWATCH_STORE=sqlite:/data/controlwatch.db
VOLUME ["/data"]
EXPOSE 9464
ENTRYPOINT ["/controlwatch"]
CMD ["run", "-c", "/etc/controlwatch/controlwatch.yaml"]
