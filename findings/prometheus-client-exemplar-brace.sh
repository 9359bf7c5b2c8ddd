#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# python3-prometheus-client refuses a valid OpenMetrics body when the value of an exemplar's label holds a closing brace.
#
# Guess: the values of an exemplar's labels are quoted, so a brace within them is read as those of a series' labels are.
# Seen (0.21.1, the version of Debian 13 and sid): a brace in a label of the series is read; in a label of the exemplar it
# ends the parser with ValueError, and so the whole body is lost. Prometheus 2.53.3 and 3.5.3 read both. Exemplars that hold
# a path, a template or the name of a process meet this.
set -eu

package=python3-prometheus-client_0.21.1+ds1-1_all.deb
sum=96f4e2e251de8a9ea1131f33bf17755c169ae73379b417b91e3fd95a0ac2b7c7

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
curl -fsSO "http://deb.debian.org/debian/pool/main/p/python-prometheus-client/$package"
echo "$sum  $package" | sha256sum --check --quiet
dpkg-deb -x "$package" .

PYTHONPATH=usr/lib/python3/dist-packages python3 - <<'PYTHON'
from prometheus_client.openmetrics.parser import text_string_to_metric_families

LINES = (
    'jobs_total{path="/users/{id}"} 3 # {trace_id="4f1c"} 1.0',
    'jobs_total 3 # {path="/users/id"} 1.0',
    'jobs_total 3 # {path="/users/{id}"} 1.0',
)


def read(line):
    try:
        families = list(text_string_to_metric_families(f"# TYPE jobs counter\n{line}\n# EOF\n"))
    except ValueError as e:
        return f"ValueError: {e}"
    return f"exemplar {families[0].samples[0].exemplar.labels}"


seen = [read(line) for line in LINES]
for line, outcome in zip(LINES, seen):
    print(f"{line}\n    {outcome}")
assert seen[0].startswith("exemplar") and seen[1].startswith("exemplar") and seen[2].startswith("ValueError"), "it changed"
PYTHON
