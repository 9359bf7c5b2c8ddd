#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Prometheus 2.53.3 keeps one exemplar of a whole scrape where histograms are native ones.
#
# Guess: with native-histograms and exemplar-storage each series keeps the exemplars of its own native histogram.
# Seen (Debian 13's 2.53.3+ds1): of two families of two series, each with one exemplar in the list of its native histogram,
# the exemplar of the body's first series is kept. The other three are lost, and nothing is logged.
# Sid's 3.5.3+ds1 keeps the exemplar of the first series of each family. What helps: exemplars on classic buckets in the same
# histogram, and nothing in the native list (2.53.3 then keeps all four), or always_scrape_classic_histograms (3.x keeps all).
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


def label(name, value):
    return field(1, name) + field(2, value)


def histogram(series):
    """Two observations in one bucket of schema 3, and an exemplar of this second."""
    exemplar = field(1, label("trace_id", series)) + field(2, 1.5) + field(3, field(1, int(time.time())))
    buckets = field(5, 6) + field(6, 1e-128) + field(12, field(1, 8) + field(2, 1)) + field(13, 4)
    return field(1, label("series", series)) + field(7, field(1, 2) + field(2, 3.0) + buckets + field(16, exemplar))


def body():
    return b"".join(family(name, [histogram(f"{name}-{n}") for n in (1, 2)]) for name in ("first", "second"))


def family(name, metrics):
    message = field(1, name) + field(3, 4) + b"".join(field(4, m) for m in metrics)
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
    """The exemplars, once all four histograms were stored several times."""
    query = '{__name__=~"first|second"}'
    stored = ask("query", query=f"count_over_time({query}[1m])")["result"]
    if len(stored) < 4 or any(float(series["value"][1]) < 3 for series in stored):
        return []
    exemplars = ask("query_exemplars", query=query, start=time.time() - 600, end=time.time() + 600)
    return sorted(exemplar["labels"]["trace_id"] for series in exemplars for exemplar in series["exemplars"])


target = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Target)
threading.Thread(target=target.serve_forever, daemon=True).start()
port = free_port()
with open("prometheus.yml", "w") as f:
    f.write(f"scrape_configs: [{{job_name: target, scrape_interval: 1s, scrape_timeout: 1s, static_configs: "
            f"[{{targets: ['127.0.0.1:{target.server_port}']}}]}}]\n")
process = subprocess.Popen(["usr/bin/prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                            "--web.console.templates=.", "--web.console.libraries=.",
                            f"--web.listen-address=127.0.0.1:{port}", "--enable-feature=native-histograms,exemplar-storage"],
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

print("exemplars kept:", *sorted(set(found)))
assert set(found) == {"first-1"}, "it changed"
PYTHON
