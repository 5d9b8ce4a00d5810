# Static, from an empty base: no shell, no package manager, not root.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=devel
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/controlwatch ./cmd/controlwatch \
 && mkdir -p /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/controlwatch /controlwatch
# The data folder is the only place that is written to; mount a volume there.
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
ENV CONTROLWATCH_STORE=sqlite:/data/controlwatch.db
VOLUME ["/data"]
EXPOSE 9464
ENTRYPOINT ["/controlwatch"]
CMD ["run", "-c", "/etc/controlwatch/controlwatch.yaml"]
