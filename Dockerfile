# The builder needs what CONTRIBUTING.md asks of a developer's machine: a C compiler, rustup's toolchain, Node.
FROM rust:1.95-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends nodejs npm && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cargo xtask build --release && install -D target/release/unthrottle /out/unthrottle && mkdir -p /out/data

# The final stage has no shell and no package manager. SQLite, TLS and the web assets are inside the binary;
# it needs the C library and the system's certificates, which this base has.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /out/unthrottle /usr/local/bin/unthrottle
COPY --from=build --chown=nonroot:nonroot /out/data /data
ENV UNTHROTTLE_DATA_DIR=/data
USER nonroot
EXPOSE 8642
# Loopback inside the container: reach it with `kubectl port-forward` or `--network host`.
ENTRYPOINT ["/usr/local/bin/unthrottle"]
CMD ["serve", "--no-open", "--port", "8642"]
