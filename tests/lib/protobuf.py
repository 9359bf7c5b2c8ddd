# SPDX-License-Identifier: GPL-2.0-only
"""Reads Prometheus's protobuf format, by the wire format and the field numbers of metrics.proto alone:

    for family in families(body):
        for metric in family.metrics:
            metric.labels, metric.value, metric.histogram
"""

import struct
from dataclasses import dataclass, field

TYPES = {0: "counter", 1: "gauge", 4: "histogram"}


@dataclass
class Histogram:
    count: int = 0
    sum: float = 0.0
    classic: list = field(default_factory=list)  # (upper bound, cumulative count)
    created: float = None
    schema: int = None
    zero_threshold: float = 0.0
    zero_count: int = 0
    native: dict = field(default_factory=dict)  # index: count


@dataclass
class Metric:
    labels: dict
    value: float = None
    created: float = None
    histogram: Histogram = None


@dataclass
class Family:
    name: str = ""
    help: str = ""
    type: str = ""
    unit: str = ""
    metrics: list = field(default_factory=list)


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def fields(data):
    """A message's fields in their order: (number, value), bytes where the value has a length."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        elif key & 7 == 1:
            value, at = struct.unpack_from("<d", data, at)[0], at + 8
        elif key & 7 == 2:
            length, at = varint(data, at)
            value, at = data[at:at + length], at + length
            if len(value) != length:
                raise ValueError("a field ends behind its message")
        else:
            raise ValueError(f"wire type {key & 7}")
        yield key >> 3, value


def zigzag(value):
    return value >> 1 ^ -(value & 1)


def timestamp(data):
    parts = dict(fields(data))
    return parts.get(1, 0) + parts.get(2, 0) / 1e9


def histogram(data):
    h, spans, deltas = Histogram(), [], []
    for number, value in fields(data):
        match number:
            case 1: h.count = value
            case 2: h.sum = value
            case 3: h.classic.append((dict(fields(value))[2], dict(fields(value))[1]))
            case 5: h.schema = zigzag(value)
            case 6: h.zero_threshold = value
            case 7: h.zero_count = value
            case 12: spans.append(dict(fields(value)))
            case 13: deltas.append(zigzag(value))
            case 15: h.created = timestamp(value)
    index = count = 0
    for span in spans:
        index += zigzag(span[1])
        for _ in range(span[2]):
            count += deltas.pop(0)
            h.native[index] = count
            index += 1
    if deltas:
        raise ValueError("more deltas than the spans have buckets")
    return h


def metric(data):
    m = Metric({})
    for number, value in fields(data):
        match number:
            case 1:
                pair = dict(fields(value))
                m.labels[pair[1].decode()] = pair[2].decode()
            case 2 | 3:
                parts = dict(fields(value))
                m.value, m.created = parts[1], timestamp(parts[3]) if 3 in parts else None
            case 7: m.histogram = histogram(value)
    return m


def family(data):
    f = Family()
    for number, value in fields(data):
        match number:
            case 1: f.name = value.decode()
            case 2: f.help = value.decode()
            case 3: f.type = TYPES[value]
            case 4: f.metrics.append(metric(value))
            case 5: f.unit = value.decode()
    return f


def families(body):
    at = 0
    while at < len(body):
        length, at = varint(body, at)
        yield family(body[at:at + length])
        at += length
        if at > len(body):
            raise ValueError("a family ends behind the body")
