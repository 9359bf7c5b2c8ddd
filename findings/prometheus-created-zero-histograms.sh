#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Prometheus 2.53.3 stores 0 in place of a histogram where created-timestamp-zero-ingestion is its only feature.
#
# Guess: the feature adds a zero at the creation of each counter and leaves histograms as they are: classic series.
# Seen (Debian 13's 2.53.3+ds1): the feature makes Prometheus ask for protobuf first. A histogram with native and classic
# buckets is then taken for a native one although native-histograms is off: no _bucket, _count or _sum is stored, but a plain
# number 0 under the name of the family, at each scrape. up is 1 and nothing is logged: rules on _bucket are silent.
# Sid's 3.5.3+ds1 stores nothing of such a histogram. What helps: also asking for the classic buckets, scrape_classic_histograms
# (3.x: always_scrape_classic_histograms), or leaving the feature out.
set -eu

package=prometheus_2.53.3+ds1-2_amd64.deb
sum=58c3e6a86c56cb3bfd71032fa48d65945d526441a212f5815dfe5ed9cb787ecc

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
curl -fsSO "http://deb.debian.org/debian/pool/main/p/prometheus/$package"
echo "$sum  $package" | sha256sum --check --quiet
dpkg-deb -x "$package" .

python3 - <<'PYTHON'
import http.server
import json
import socket
import struct
import subprocess
import threading
import time
import urllib.parse
import urllib.request


def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def field(number, value):
    if isinstance(value, float):
        return varint(number << 3 | 1) + struct.pack("<d", value)
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def body():
    """A native histogram with the classic buckets beside it, and a counter."""
    classic = b"".join(field(3, field(1, 2) + field(2, bound)) for bound in (2.0, float("inf")))
    buckets = field(5, 6) + field(6, 1e-128) + field(12, field(1, 8) + field(2, 1)) + field(13, 4)
    histogram = field(7, field(1, 2) + field(2, 3.0) + classic + buckets)
    return family("latency_seconds", 4, [histogram]) + family("requests_total", 0, [field(3, field(1, 5.0))])


def family(name, kind, metrics):
    message = field(1, name) + field(3, kind) + b"".join(field(4, m) for m in metrics)
    return varint(len(message)) + message


class Target(http.server.BaseHTTPRequestHandler):
    accept = ""

    def do_GET(self):
        Target.accept = self.headers["Accept"]
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.google.protobuf; "
                         "proto=io.prometheus.client.MetricFamily; encoding=delimited")
        self.end_headers()
        self.wfile.write(body())

    def log_message(self, *_):
        pass


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def ask(path, **parameters):
    url = f"http://127.0.0.1:{port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
    return json.load(urllib.request.urlopen(url))["data"]


def look():
    """Name and value of all that is stored, once there is a counter."""
    stored = ask("query", query='{job="target", __name__!~"up|scrape_.*"}')["result"]
    rows = sorted((series["metric"]["__name__"], series.get("value", [0, "histogram"])[1]) for series in stored)
    return rows if len(rows) > 1 else []


target = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Target)
threading.Thread(target=target.serve_forever, daemon=True).start()
port = free_port()
with open("prometheus.yml", "w") as f:
    f.write(f"scrape_configs: [{{job_name: target, scrape_interval: 1s, scrape_timeout: 1s, static_configs: "
            f"[{{targets: ['127.0.0.1:{target.server_port}']}}]}}]\n")
process = subprocess.Popen(["usr/bin/prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                            "--web.console.templates=.", "--web.console.libraries=.",
                            f"--web.listen-address=127.0.0.1:{port}", "--enable-feature=created-timestamp-zero-ingestion"],
                           stderr=subprocess.DEVNULL)
try:
    found, deadline = [], time.time() + 60
    while not found and time.time() < deadline:
        time.sleep(1)
        try:
            found = look()
        except OSError:
            pass
finally:
    process.terminate()
    process.wait()

print("asked for:", Target.accept.split(";")[0])
for row in found:
    print(*row)
assert Target.accept.startswith("application/vnd.google.protobuf"), "it changed"
assert found == [("latency_seconds", "0"), ("requests_total", "5")], "it changed"
PYTHON
