# The base: Debian with Node. To pin it to the bytes you have checked, give its digest:
#   docker build --build-arg NODE_IMAGE=node:24.21.0-trixie-slim@sha256:… -t miroir .
ARG NODE_IMAGE=node:24.21.0-trixie-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY . .
RUN ["node", "scripts/production-folder.ts", "/app"]

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="Miroir" \
      org.opencontainers.image.description="Many Meilisearch nodes that answer as one" \
      org.opencontainers.image.licenses="MIT"
# Nothing is installed where it runs.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn* /opt/yarn* \
 && mkdir -p /var/lib/miroir && chown 1000:1000 /var/lib/miroir \
 && ln -s /app/apps/ctl/src/main.ts /usr/local/bin/miroir
COPY --from=build /app /app
# The SQLite file goes to ./data below it; with Redis nothing does. /tmp takes the bodies of large writes.
WORKDIR /var/lib/miroir
VOLUME /var/lib/miroir
ENV MIROIR_SERVER_BIND=0.0.0.0
# As a number, so that Kubernetes sees that it is not root.
USER 1000:1000
EXPOSE 7700
# The gateway handles SIGTERM itself and starts no processes: it needs no init in front of it.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.MIROIR_SERVER_PORT || 7700}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/apps/gateway/src/main.ts"]
