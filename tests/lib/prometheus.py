# SPDX-License-Identifier: GPL-2.0-only
"""Debian's Prometheus in a directory of its own:

    with Prometheus(exporter.address, scrape='params: {"collect[]": [softirq]}') as prometheus:
        until(lambda: prometheus.query("up") == [1], 30, "the target is up")
"""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request

from workload import until

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

RULES = os.path.join(TOP, "deploy/prometheus/bpf_exporter.rules.yml")
CONFIG = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: ["{rules}"]
scrape_configs:
  - job_name: bpf_exporter
    static_configs: [{{targets: ["{target}"]}}]
    {scrape}
"""


def have_prometheus():
    return shutil.which("prometheus") and shutil.which("promtool")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Prometheus:
    """For the length of a block. `scrape`: one more line of its scrape_config; `flags`: of the command; `rules`: a file."""

    def __init__(self, target, *, scrape="", flags=(), rules=RULES):
        if not have_prometheus():
            raise unittest.SkipTest("needs prometheus and promtool")
        self.target, self.scrape, self.flags, self.rules = target, scrape, flags, rules

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="prometheus.")
        at = self.directory.name
        with open(f"{at}/config.yml", "w") as f:
            f.write(CONFIG.format(rules=self.rules, target=self.target, scrape=self.scrape))
        self.url = f"http://127.0.0.1:{free_port()}"
        with open(f"{at}/log", "w") as log:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={at}/config.yml", f"--storage.tsdb.path={at}/data",
                 f"--web.listen-address={self.url[len('http://'):]}", *self.flags],
                stderr=log, stdin=subprocess.DEVNULL)
        try:
            until(self.ready, 30, "Prometheus is ready")
        except Exception as e:
            self.__exit__()
            raise RuntimeError(f"{e}\n{self.log}") from e
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        with open(f"{self.directory.name}/log") as f:
            self.log = f.read()
        self.directory.cleanup()

    def ready(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"Prometheus ended with {self.process.returncode}")
        try:
            return urllib.request.urlopen(self.url + "/-/ready", timeout=5).status == 200
        except (OSError, urllib.error.URLError):
            return False

    def get(self, path, **query):
        with urllib.request.urlopen(f"{self.url}{path}?{urllib.parse.urlencode(query)}", timeout=10) as answer:
            return json.load(answer)["data"]

    def query(self, expression):
        """The values of an instant vector."""
        return [float(r["value"][1]) for r in self.get("/api/v1/query", query=expression)["result"]]
