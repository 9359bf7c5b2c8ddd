# SPDX-License-Identifier: GPL-2.0-only
"""Prometheus text 0.0.4 read by the letter: whatever breaks its grammar raises, whatever passes can be looked up.

A sample's value is an int where its text is one, so counters compare exactly, and a float otherwise.
"""

import re
from dataclasses import dataclass, field

METRIC_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"')
INTEGER = re.compile(r"-?[0-9]+")
FLOAT = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?)|\+Inf|-Inf|NaN")
HELP_TEXT = re.compile(r"(?:[^\\]|\\[\\n])*")
TYPES = ("counter", "gauge", "histogram")
SUFFIXES = ("_bucket", "_sum", "_count")


class Malformed(ValueError):
    """The exposition breaks the format, at a line where one is to blame."""


@dataclass
class Sample:
    name: str
    labels: dict
    value: float


@dataclass
class Family:
    name: str
    type: str
    help: str
    samples: list = field(default_factory=list)


@dataclass
class Histogram:
    """Cumulative buckets by the text of `le`, in order; differences are taken with `-`."""

    buckets: dict = field(default_factory=dict)
    sum: float = 0
    count: int = 0

    def __add__(self, other):
        return self._combine(other, 1)

    def __sub__(self, other):
        return self._combine(other, -1)

    def _combine(self, other, sign):
        bounds = list(self.buckets or other.buckets)
        if other.buckets and list(other.buckets) != bounds:
            raise Malformed(f"bounds {bounds} against {list(other.buckets)}")
        buckets = {le: self.buckets.get(le, 0) + sign * other.buckets.get(le, 0) for le in bounds}
        return Histogram(buckets, self.sum + sign * other.sum, self.count + sign * other.count)

    def above(self, le):
        """Observations above the bound `le`, given as the text of a bucket."""
        return self.count - self.buckets[le]


class Scrape:
    """One scrape: look-ups name the family and the labels that matter, `value("x_total", op="read")`."""

    def __init__(self, text):
        self.text = text
        self.families = parse(text)

    def series(self, name, /, **labels):
        """All samples of that name that carry these labels; of a histogram, name `x_count` and so on."""
        family = self.families.get(name) or self.families.get(histogram_of(name))
        if not family:
            return []
        wanted = labels.items()
        return [s for s in family.samples if s.name == name and wanted <= s.labels.items()]

    def value(self, name, /, **labels):
        """The value of the one sample that carries these labels; KeyError for none, or several."""
        found = self.series(name, **labels)
        if len(found) != 1:
            raise KeyError(f"{name}{labels}: {len(found)} series")
        return found[0].value

    def sum(self, name, /, **labels):
        """The sum over all samples that carry these labels: 0 where there is none (yet)."""
        return sum(s.value for s in self.series(name, **labels))

    def histogram(self, name, /, **labels):
        """All matching series of a histogram added up; an empty Histogram where there is none (yet)."""
        total = Histogram()
        for histogram in histograms(self.series(name + "_bucket", **labels)):
            total += histogram
        total.sum = self.sum(name + "_sum", **labels)
        total.count = self.sum(name + "_count", **labels)
        return total

    def labels(self, name, label, /):
        """The set of values that a label takes in a family."""
        return {s.labels[label] for s in self.families[name].samples if label in s.labels}


def delta(before, after, name, /, **labels):
    """What a counter (a number) or a histogram (a Histogram) grew by between two scrapes."""
    family = after.families.get(name)
    if family and family.type == "histogram":
        return after.histogram(name, **labels) - before.histogram(name, **labels)
    return after.sum(name, **labels) - before.sum(name, **labels)


def parse(text):
    """All families of an exposition by name; raises Malformed."""
    if not text.endswith("\n"):
        raise Malformed("the last line is not ended")
    families, family, help_of = {}, None, None
    for number, line in enumerate(text[:-1].split("\n"), 1):
        try:
            if line.startswith("# HELP "):
                help_of = parse_help(line, help_of, families)
            elif line.startswith("# TYPE "):
                family = parse_type(line, help_of, families)
                help_of = None
            else:
                add_sample(parse_sample(line), family, help_of)
        except Malformed as e:
            raise Malformed(f"line {number}: {e}: {line!r}") from None
    if help_of:
        raise Malformed(f"HELP of {help_of[0]} without TYPE")
    for family in families.values():
        check_family(family)
    return families


def parse_help(line, pending, families):
    name, _, text = line[len("# HELP "):].partition(" ")
    if pending:
        raise Malformed(f"HELP of {pending[0]} without TYPE")
    if not METRIC_NAME.fullmatch(name):
        raise Malformed("bad metric name")
    if name in families:
        raise Malformed("a family stands twice")
    if families and name < next(reversed(families)):
        raise Malformed("families are not sorted by name")
    if not HELP_TEXT.fullmatch(text):
        raise Malformed("bad escape in HELP")
    return name, re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], text)


def parse_type(line, help_of, families):
    name, _, kind = line[len("# TYPE "):].partition(" ")
    if not help_of or help_of[0] != name:
        raise Malformed("TYPE does not follow its HELP")
    if kind not in TYPES:
        raise Malformed("unknown type")
    families[name] = Family(name, kind, help_of[1])
    return families[name]


def parse_sample(line):
    name = METRIC_NAME.match(line)
    if not name:
        raise Malformed("neither HELP, TYPE nor sample")
    labels, rest = parse_labels(line[name.end():])
    if not rest.startswith(" "):
        raise Malformed("no space before the value")
    return Sample(name[0], labels, parse_value(rest[1:]))


def parse_labels(rest):
    labels = {}
    if not rest.startswith("{"):
        return labels, rest
    while rest[0] in "{,":
        label = LABEL.match(rest, 1)
        if not label:
            raise Malformed("bad label")
        if label[1] in labels:
            raise Malformed(f"label {label[1]} stands twice")
        labels[label[1]] = re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], label[2])
        rest = rest[label.end():] or " "
    if rest[0] != "}":
        raise Malformed("labels are not closed")
    return labels, rest[1:]


def parse_value(text):
    if INTEGER.fullmatch(text):
        return int(text)
    if FLOAT.fullmatch(text):
        return float(text)
    raise Malformed("bad value")


def add_sample(sample, family, pending):
    if pending:
        raise Malformed(f"HELP of {pending[0]} without TYPE")
    if not family:
        raise Malformed("sample before any TYPE")
    names = [family.name]
    if family.type == "histogram":
        names = [family.name + suffix for suffix in SUFFIXES]
    if sample.name not in names:
        raise Malformed(f"sample outside its family, inside {family.name}")
    family.samples.append(sample)


def check_family(family):
    seen = set()
    for s in family.samples:
        identity = s.name, frozenset(s.labels.items())
        if identity in seen:
            raise Malformed(f"series stands twice: {s.name}{s.labels}")
        seen.add(identity)
        if family.type == "counter" and not s.value >= 0:
            raise Malformed(f"counter below zero: {s}")
    if family.type == "histogram":
        check_histograms(family)


def check_histograms(family):
    """Every series is its buckets in order, then sum, then count, with nothing in between."""
    samples = list(family.samples)
    while samples:
        bounds, last = [], 0
        while samples and samples[0].name.endswith("_bucket"):
            s = samples.pop(0)
            labels = dict(s.labels)
            bounds.append(float(labels.pop("le", "nan").replace("+Inf", "inf")))
            if type(s.value) is not int or s.value < last:
                raise Malformed(f"buckets are not cumulative counts: {s}")
            last = s.value
        if not bounds or bounds != sorted(set(bounds)) or bounds[-1] != float("inf"):
            raise Malformed(f"{family.name}: bounds {bounds}")
        tail = [(s.name, s.labels) for s in samples[:2]]
        if tail != [(family.name + "_sum", labels), (family.name + "_count", labels)]:
            raise Malformed(f"{family.name}{labels}: no sum and count after the buckets")
        if samples[1].value != last:
            raise Malformed(f"count is not the +Inf bucket: {samples[1]}")
        del samples[:2]


def histograms(buckets):
    """Group `_bucket` samples, which stand together by series, into Histograms."""
    current = {}
    for s in buckets:
        current[s.labels["le"]] = s.value
        if s.labels["le"] == "+Inf":
            yield Histogram(current)
            current = {}


def histogram_of(name):
    for suffix in SUFFIXES:
        if name.endswith(suffix):
            return name[: -len(suffix)]
    return None
