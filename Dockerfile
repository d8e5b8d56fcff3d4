# The bot's image. The bundle is built before: npm ci && npm run build
#
#   docker build -t registry.example/team/imagepull:0.1.0 .
#
# BASE is any image with a shell and `node` 22.21 or later in its PATH.
ARG BASE=docker.io/library/node:26-slim

# The base without its package managers: what is not there needs no patch and serves no intruder.
FROM ${BASE} AS root
USER 0
RUN rm -rf /usr/local/lib/node_modules /usr/local/include /opt/yarn* \
    /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg /usr/local/bin/nodejs \
    /var/cache/* /var/lib/apt/lists/*
COPY dist /opt/imagepull
# A bundle that does not start never becomes an image.
RUN node /opt/imagepull/bin/imagepull.cjs --version

# One layer, so that what was removed is not in the image at all.
FROM scratch
COPY --from=root / /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8080
# Nobody's number, as a number: Kubernetes can see that it is not root.
USER 65532:65532
WORKDIR /etc/imagepull
EXPOSE 8080
ENTRYPOINT ["node", "/opt/imagepull/bin/imagepull.cjs"]
CMD ["serve"]
