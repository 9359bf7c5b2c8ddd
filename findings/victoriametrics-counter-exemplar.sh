#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# VictoriaMetrics reads an OpenMetrics counter that has an exemplar and no labels as a metric of another name.
#
# Guess: the exemplar of "requests_total 3 # {trace_id="4f1c"} 1.0" is ignored, as those behind samples with labels are.
# Seen (Debian 13's 1.112.0 and sid's 1.145.0): the first brace of the line is taken for the sample's labels. The series is
# called `requests_total 3 #`, carries the exemplar's label trace_id and has the exemplar's value, 1; requests_total itself is
# not stored. Each new trace_id is one more series. The scrape counts as a success: up is 1 and nothing is logged.
# What helps: let VictoriaMetrics scrape the text format, which has no exemplars, or give such counters a label.
# Prometheus 2.53.3 and 3.5.3 store requests_total with 3. OpenMetrics 1.0 allows exemplars on counters.
set -eu

package=victoria-metrics_1.112.0+ds1-2_amd64.deb
sum=1d3717f1a8ab5bf690271095dd286730f6fb0761cc8c09c0fc8f529c9838f346

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
curl -fsSO "http://deb.debian.org/debian/pool/main/v/victoriametrics/$package"
echo "$sum  $package" | sha256sum --check --quiet
dpkg-deb -x "$package" .

python3 - <<'PYTHON'
import http.server
import json
import socket
import subprocess
import threading
import time
import urllib.request

BODY = b"""# TYPE requests counter
requests_total 3 # {trace_id="4f1c"} 1.0
# TYPE answers counter
answers_total{code="200"} 3 # {trace_id="4f1c"} 1.0
# EOF
"""


class Target(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/openmetrics-text; version=1.0.0; charset=utf-8")
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_):
        pass


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def stored(port):
    """Name, labels and value of what was stored of the target's own metrics."""
    url = f"http://127.0.0.1:{port}/api/v1/export?match[]=" + "%7Bjob=%22target%22%7D"
    for line in urllib.request.urlopen(url).read().splitlines():
        series = json.loads(line)
        labels = series["metric"]
        name = labels.pop("__name__")
        if name != "up" and not name.startswith("scrape_"):
            yield name, {k: v for k, v in labels.items() if k not in ("job", "instance")}, series["values"][-1]


target = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Target)
threading.Thread(target=target.serve_forever, daemon=True).start()
port = free_port()
with open("scrape.yml", "w") as f:
    f.write(f"scrape_configs: [{{job_name: target, scrape_interval: 1s, static_configs: "
            f"[{{targets: ['127.0.0.1:{target.server_port}']}}]}}]\n")
process = subprocess.Popen(["usr/bin/victoria-metrics", "-promscrape.config=scrape.yml", "-storageDataPath=data",
                            f"-httpListenAddr=127.0.0.1:{port}"], stderr=subprocess.DEVNULL)
try:
    found, deadline = [], time.time() + 60
    while len(found) < 2 and time.time() < deadline:
        time.sleep(1)
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/internal/force_flush").read()
            found = sorted(stored(port), key=lambda row: row[0])
        except OSError:
            pass
finally:
    process.terminate()
    process.wait()

for row in found:
    print(*row)
assert found == [("answers_total", {"code": "200"}, 3), ("requests_total 3 #", {"trace_id": "4f1c"}, 1)], "it changed"
PYTHON
