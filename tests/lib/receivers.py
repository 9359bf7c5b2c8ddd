# SPDX-License-Identifier: GPL-2.0-only
"""Receivers of metrics, run out of a folder that Debian's packages were unpacked into: each attempt lets one take what an
exporter serves, and says in words what arrived. A failure has FAILED in it."""

import contextlib
import json
import re
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

from prometheus import RULES, Prometheus, free_port
from prometheus_client import parser as text
from prometheus_client.openmetrics import parser as openmetrics
from trouble import trouble
from workload import until

FAILED = "**failed**"
MISSING = "BpfExporterClassicHistogramsMissing"
LATENCY, COUNTER = "NodeRunqueueLatencyHigh", "NodeOOMKill"
OPENMETRICS = {"Accept": "application/openmetrics-text"}


def verdict(number, lost, broken=()):
    if lost or broken or not number:
        examples = ", ".join(["".join(map(str, key)) for key in lost[:3]] + list(broken))
        return f"{FAILED}: {len(lost)} of {number} differ: {examples}"
    return f"{number} series as served"


# ---- what is served, and what arrived ----


def canonical(labels):
    """Bounds are written in several ways."""
    return {**labels, "le": f"{float(labels['le']):g}"} if "le" in labels else labels


def key_of(name, labels):
    return name, tuple(sorted(canonical(labels).items()))


def series(scrape, native=False):
    """The counters of a scrape and the counts of its histograms, by name and labels; of native histograms the counts
    alone."""
    found = {}
    for name, family in scrape.families.items():
        for s in family.samples:
            suffix = s.name[len(name):]
            counted = suffix == "_count" or (suffix in ("", "_bucket") and family.type != "gauge" and not native) or (
                family.type == "counter")
            if counted and name.startswith("node_"):
                found[key_of(s.name, s.labels)] = float(s.value)
    return found


def within(served_before, arrived, served_after):
    """What did not arrive, of series by their name and labels."""
    return sorted(key for key, value in served_before.items()
                  if not value <= arrived.get(key, float("nan")) <= served_after.get(key, float("nan")))


def counters(body):
    """All node_* samples of a body in text but gauges, by name and labels."""
    return {key_of(s.name, s.labels): s.value
            for family in text.text_string_to_metric_families(body) if family.type in ("counter", "histogram")
            for s in family.samples if s.name.startswith("node_")}


def own_labels(metric):
    return {k: v for k, v in metric.items() if k not in ("__name__", "job", "instance")}


def exemplars(exporter):
    """Name and labels of the series that have one."""
    body = exporter.request("/metrics", headers=OPENMETRICS)[2].decode()
    return {key_of(s.name, s.labels) for family in openmetrics.text_string_to_metric_families(body)
            for s in family.samples if s.exemplar}


@contextlib.contextmanager
def running(*command, **options):
    """A receiver, for the length of a block."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **{"stderr": subprocess.DEVNULL, **options})
    try:
        yield
    finally:
        process.kill()
        process.wait()


def fetched(url, **options):
    """The body at an address, None while there is none."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, **options), timeout=10) as answer:
            return answer.read().decode()
    except OSError:
        return None


# ---- Prometheus ----


def at_once(rules):
    """The shipped rules by a clock that is fast: nothing has to last, and ranges are of 20 seconds."""
    return re.sub(r"(\[|offset )\d+m", r"\g<1>20s", re.sub(r"(?m)^ +for: .*\n", "", rules))


def stored(prometheus, native):
    """As series(): what Prometheus has; a native histogram's count under the name of a classic one's."""
    found = {}
    everything = '{__name__=~"node_.+"}'
    names = {r["metric"]["__name__"] for r in prometheus.get("/api/v1/query", query=everything)["result"]}
    questions = [everything] + [f"histogram_count({name})" for name in sorted(names) if native]
    for question in questions:
        name = question[16:-1] + "_count" if question.startswith("histogram") else None
        for r in prometheus.get("/api/v1/query", query=question)["result"]:
            if "value" in r:
                found[key_of(name or r["metric"]["__name__"], own_labels(r["metric"]))] = float(r["value"][1])
    return found


def stored_exemplars(prometheus):
    answer = prometheus.get("/api/v1/query_exemplars", query='{__name__=~"node_.+"}', start=0, end=time.time() + 60)
    return {key_of(r["seriesLabels"]["__name__"], own_labels(r["seriesLabels"])) for r in answer if r["exemplars"]}


def rules_of(prometheus):
    return [rule for group in prometheus.get("/api/v1/rules")["groups"] for rule in group["rules"]]


def firing(prometheus):
    return {rule["name"] for rule in rules_of(prometheus) if rule["state"] == "firing"}


def try_prometheus(exporter, features, scrape, native):
    """Beside trouble() that a latency and a counter show, and so an alert on each."""
    flags = [f"--enable-feature={','.join(features)}"] if features else []
    expected = {COUNTER, MISSING if native else LATENCY}
    alerts = " and ".join(sorted(expected))
    with open(RULES) as f, tempfile.NamedTemporaryFile("w", suffix=".yml") as fast:
        fast.write(at_once(f.read()))
        fast.flush()
        with Prometheus(exporter.address, scrape=scrape, flags=flags, rules=fast.name) as prometheus:
            until(lambda: prometheus.query('up{job="bpf_exporter"}') == [1], 60, "the target is up")
            with trouble():
                served = exemplars(exporter)
                until(lambda: expected <= firing(prometheus), 60, f"{alerts} fire")
            before, asked = exporter.scrape(), time.time()
            until(lambda: prometheus.query('timestamp(up{job="bpf_exporter"})') > [asked], 30, "a scrape later")
            arrived = stored(prometheus, native)
            lost = within(series(before, native), arrived, series(exporter.scrape(), native))
            until(lambda: all(rule["health"] != "unknown" for rule in rules_of(prometheus)), 30, "rules are evaluated")
            broken = [rule["name"] for rule in rules_of(prometheus)
                      if rule["health"] != "ok" or (rule["name"] == MISSING and not native and rule["state"] != "inactive")]
            outcome = verdict(len(arrived), lost, broken)
            if "exemplar-storage" in features:
                gone = sorted(served - stored_exemplars(prometheus))
                outcome += f", exemplars of {len(served) - len(gone)} of {len(served)}"
                outcome += "" if served and not gone else f" {FAILED}: {gone[:2]}"
    return f"{outcome}; {alerts} fired"


# ---- others ----


def try_victoriametrics(root, exporter, address):
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/scrape.yml", "w") as f:
            f.write(f"scrape_configs: [{{job_name: bpf_exporter, scrape_interval: 1s, static_configs: "
                    f"[{{targets: ['{exporter.address}']}}]}}]\n")
        url = f"http://{address}"

        def arrived():
            """The last value of each series."""
            fetched(f"{url}/internal/force_flush")
            lines = fetched(f"{url}/api/v1/export?" + urllib.parse.urlencode({"match[]": '{job="bpf_exporter"}'})) or ""
            rows = [json.loads(line) for line in lines.splitlines()]
            return {key_of(r["metric"]["__name__"], own_labels(r["metric"])): (r["timestamps"][-1] / 1000,
                                                                               float(r["values"][-1])) for r in rows}

        with running(f"{root}/usr/bin/victoria-metrics", f"-promscrape.config={folder}/scrape.yml",
                     f"-storageDataPath={folder}/data", f"-httpListenAddr={address}"):
            until(lambda: ("up", ()) in arrived(), 30, "the target is scraped")
            before, asked = exporter.scrape(), time.time()
            until(lambda: arrived()["up", ()][0] > asked, 30, "a scrape later")
            values = {key: value for key, (_, value) in arrived().items()}
            after = exporter.scrape()
    return verdict(len(series(before)), within(series(before), values, series(after)))


def try_pushgateway(root, exporter, address):
    with running(f"{root}/usr/bin/prometheus-pushgateway", f"--web.listen-address={address}"):
        body = exporter.request("/metrics")[2]
        until(lambda: fetched(f"http://{address}/metrics"), 20, "it answers")
        refused = fetched(f"http://{address}/metrics/job/bpf", data=body, method="PUT") is None
        lines = fetched(f"http://{address}/metrics").splitlines()
    number = sum(line.startswith("node_") for line in lines)
    served = sum(line.startswith("node_") for line in body.decode().splitlines())
    return f"{number} series as served" if not refused and number == served else f"{FAILED}: {number} of {served}"


def try_textfile(root, exporter, address):
    with tempfile.TemporaryDirectory() as folder, open(f"{folder}/log", "w+") as log:
        body = exporter.request("/metrics")[2]
        with open(f"{folder}/bpf.prom", "wb") as f:
            f.write(body)
        with running(f"{root}/usr/bin/prometheus-node-exporter", f"--web.listen-address={address}",
                     f"--collector.textfile.directory={folder}", stderr=log):
            got = counters(until(lambda: fetched(f"http://{address}/metrics"), 20, "it answers"))
        log.seek(0)
        complaints = [line for line in log if "inconsistent" in line or "bpf.prom" in line]
    served = counters(body.decode())
    return verdict(len(served), sorted(key for key in served if got.get(key) != served[key]), complaints[:1])


def try_exporter_exporter(root, exporter, address):
    """It hands on text as it is, and refuses OpenMetrics, as docs/formats.md says."""
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as f:
        port = exporter.address.rpartition(":")[2]
        f.write(f"modules: {{bpf: {{method: http, http: {{port: {port}, path: /metrics}}}}}}\n")
        f.flush()
        url = f"http://{address}/proxy?module=bpf"
        with running(f"{root}/usr/bin/prometheus-exporter-exporter", f"-config.file={f.name}",
                     f"-web.listen-address={address}"):
            until(lambda: fetched(f"http://{address}/"), 20, "it answers")
            before = exporter.scrape()
            got = counters(fetched(url) or "")
            after = exporter.scrape()
            strict = fetched(url, headers=OPENMETRICS)
    outcome = verdict(len(got), within(series(before), got, series(after)))
    return outcome + (", OpenMetrics refused" if strict is None else ", OpenMetrics handed on")


def try_python(exporter):
    plain = list(text.text_string_to_metric_families(exporter.request("/metrics")[2].decode()))
    strict = list(openmetrics.text_string_to_metric_families(exporter.request("/metrics", headers=OPENMETRICS)[2].decode()))
    return f"{len(plain)} families of text, {len(strict)} of OpenMetrics" if plain and strict else FAILED


# Name, what it runs, how.
OTHERS = (
    ("VictoriaMetrics", "victoria-metrics", try_victoriametrics),
    ("Pushgateway", "prometheus-pushgateway", try_pushgateway),
    ("node_exporter's textfile collector", "prometheus-node-exporter", try_textfile),
    ("exporter_exporter", "prometheus-exporter-exporter", try_exporter_exporter),
)


def address():
    return f"127.0.0.1:{free_port()}"
