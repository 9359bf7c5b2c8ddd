# SPDX-License-Identifier: GPL-2.0-only
"""How soon the exporter is there: from exec to the first complete scrape, and where the time goes, as its own log at
debug level tells: opening an object, loading it (its maps, the verifier), attaching it. Collectors load side by side,
so their sum may be more than passes.
"""

import re
import subprocess
import time
import urllib.request

import peers
from events_bench import collectors
from exporter import BINARY, LISTENING
from machine import resident_bytes

PHASES = "open", "load", "attach"
LOADED = re.compile(" ".join(rf"{phase}_seconds=(\S+)" for phase in PHASES))
TABLE = "From exec to the first scrape"


def start(flags):
    """{what: seconds} of one start."""
    began = time.monotonic()
    process = subprocess.Popen([BINARY, "--web.listen-address=127.0.0.1:0", "--log.level=debug", *flags],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    took = dict.fromkeys(PHASES, 0)
    try:
        for line in process.stderr:
            if loaded := LOADED.search(line):
                for phase, seconds in zip(PHASES, loaded.groups()):
                    took[phase] += float(seconds)
            if listening := LISTENING.search(line):
                break
        took["listens"] = time.monotonic() - began
        with urllib.request.urlopen(f"http://{listening[1]}/metrics") as response:
            response.read()
        took["first scrape"] = time.monotonic() - began
        took["resident"] = resident_bytes(process.pid)
    finally:
        process.terminate()
        process.stderr.close()
        process.wait()
    return took


def start_node_exporter():
    began = time.monotonic()
    with peers.running_node_exporter():
        return time.monotonic() - began


def measure(results):
    rounds = results.pick(9, 2)
    for name, flags in ("default set", []), ("all collectors", [f"--collector.{name}" for name in collectors()]):
        taken = [start(flags) for _ in range(rounds)]
        for column in "first scrape", "listens":
            results.add(TABLE, name, column, "ms", [x[column] * 1e3 for x in taken])
        for phase in PHASES:
            results.add(TABLE, name, f"sum of {phase}", "ms", [x[phase] * 1e3 for x in taken])
        results.add(TABLE, name, "resident", "MB", [x["resident"] / 1e6 for x in taken])
    if peers.node_exporter():
        taken = [start_node_exporter() * 1e3 for _ in range(rounds)]
        results.add(TABLE, "node_exporter", "first scrape", "ms", taken)
