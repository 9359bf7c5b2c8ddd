# SPDX-License-Identifier: GPL-2.0-only
"""Begins and ends of operations, some of which go unseen: what is lost is counted, and no end takes another's time."""

import ctypes
import threading
import time
import unittest

from dropins import dropins
from exporter import Exporter, delta

BEGIN, END = 0x5ba0, 0x5ba1
KINDS = "stored", "reserved"
libc = ctypes.CDLL(None)


def begin(number=1):
    libc.getpriority(BEGIN, number)


def end(number=1):
    libc.getpriority(END, number)


class Span(unittest.TestCase):
    def expect(self, load, shown, **lost):
        """By either kind of room: so many are shown, and so many lost by these causes and no others."""
        with dropins("span") as directory, Exporter(["--collector.disable-defaults", "--collector.span",
                                                     f"--collector.directory={directory}"]) as exporter:
            before = exporter.scrape()
            started = time.monotonic()
            thread = threading.Thread(target=load)  # one that began nothing yet
            thread.start()
            thread.join()
            seconds = time.monotonic() - started
            after = exporter.scrape()
        for kind in KINDS:
            time_of = delta(before, after, "node_span_seconds", kind=kind)
            self.assertEqual(time_of.count, shown, kind)
            self.assertLess(time_of.sum, seconds, kind)
        self.sum = time_of.sum
        grown = {s.labels["cause"]: s.value for s in after.series("bpf_exporter_events_lost_total", collector="span")}
        self.assertEqual({cause: number for cause, number in grown.items() if number},
                         {cause: number * len(KINDS) for cause, number in lost.items()})

    def test_begins_and_ends_that_meet(self):
        def load():
            for i in range(50):
                begin(i)
                end(i)

        self.expect(load, 50)

    def test_an_end_whose_begin_was_not_seen(self):
        def load():
            end()
            begin()
            end()
            end()

        self.expect(load, 1, no_start=2)

    def test_a_begin_whose_end_was_not_seen(self):
        def load():
            begin()
            begin()
            end()

        self.expect(load, 1, no_end=1)

    def test_an_end_does_not_take_the_time_of_another_operation(self):
        """Its own begin went unseen, as did the end of what is open."""
        def load():
            begin(1)
            time.sleep(0.2)
            end(2)
            begin(3)
            end(3)

        self.expect(load, 1, no_start=1, no_end=1)
        self.assertLess(self.sum, 0.2)

    def test_an_end_that_does_not_know_takes_what_is_open(self):
        def load():
            begin(1)
            end(0)

        self.expect(load, 1)

    def test_threads_do_not_meet(self):
        def load():
            begin(1)
            thread = threading.Thread(target=end)
            thread.start()
            thread.join()
            end(1)

        self.expect(load, 1, no_start=1)


if __name__ == "__main__":
    unittest.main()
