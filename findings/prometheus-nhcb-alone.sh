#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Prometheus 3.5.3 drops every classic histogram where convert_classic_histograms_to_nhcb is set without native-histograms.
#
# Guess: the setting of a scrape job has no effect without the feature, or Prometheus refuses the configuration.
# Seen (sid's 3.5.3+ds1): the configuration is accepted. Of a histogram in OpenMetrics text nothing is stored: no _bucket, _count
# or _sum, and no histogram with custom buckets either. Counters of the same body are stored, up is 1, and nothing is logged;
# only scrape_samples_post_metric_relabeling (1) differs from scrape_samples_scraped (2).
# What helps: --enable-feature=native-histograms, or always_scrape_classic_histograms beside the setting.
set -eu

package=prometheus_3.5.3+ds1-6_amd64.deb
sum=593bcced02d8082688ea034dfc543848ad145c5f793aae5aad756c4dbdfa98da

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
import subprocess
import threading
import time
import urllib.parse
import urllib.request

BODY = b"""# TYPE wait_seconds histogram
wait_seconds_bucket{le="0.5"} 3
wait_seconds_bucket{le="+Inf"} 4
wait_seconds_count 4
wait_seconds_sum 2.5
# TYPE waits counter
waits_total 4
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


def stored(setting, feature):
    """The names of what Prometheus has of the target, and what it logged as a warning or worse."""
    port = free_port()
    with open("prometheus.yml", "w") as f:
        f.write(f"scrape_configs: [{{job_name: target, scrape_interval: 1s, scrape_timeout: 1s, {setting}static_configs: "
                f"[{{targets: ['127.0.0.1:{target.server_port}']}}]}}]\n")
    with open("log", "w") as log:
        process = subprocess.Popen(["usr/bin/prometheus", "--config.file=prometheus.yml", f"--storage.tsdb.path=data-{port}",
                                    "--web.console.templates=.", "--web.console.libraries=.",
                                    f"--web.listen-address=127.0.0.1:{port}", *feature], stderr=log)
    query = urllib.parse.quote('{job="target", __name__=~"wait.*|up"}')
    names, deadline = [], time.time() + 60
    try:
        while "waits_total" not in names and time.time() < deadline:
            time.sleep(1)
            try:
                answer = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/query?query={query}"))
                names = sorted({series["metric"]["__name__"] for series in answer["data"]["result"]})
            except OSError:
                pass
        with open("log") as log:
            complaints = [line for line in log if "level=WARN" in line or "level=ERROR" in line]
    finally:
        process.terminate()
        process.wait()
    return names, complaints


target = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Target)
threading.Thread(target=target.serve_forever, daemon=True).start()
CONVERT = "convert_classic_histograms_to_nhcb: true, "
plain, _ = stored("", [])
alone, complaints = stored(CONVERT, [])
classic, _ = stored(CONVERT + "always_scrape_classic_histograms: true, ", [])
both, _ = stored(CONVERT, ["--enable-feature=native-histograms"])
print("without the setting:     ", *plain)
print("the setting alone:       ", *alone)
print("with classic ones asked: ", *classic)
print("with native-histograms:  ", *both)
assert plain == ["up", "wait_seconds_bucket", "wait_seconds_count", "wait_seconds_sum", "waits_total"], "it changed"
assert alone == ["up", "waits_total"] and not complaints, "it changed"
assert classic == plain, "it changed"
assert both == ["up", "wait_seconds", "waits_total"], "it changed"
PYTHON
