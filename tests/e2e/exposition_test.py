# SPDX-License-Identifier: GPL-2.0-only
"""The tests' own parser: each malformed exposition is refused, or it could pass what Prometheus would not."""

import unittest

from exposition import Histogram, Malformed, Scrape, delta

COUNTER = "# HELP a_total Help.\n# TYPE a_total counter\n"
HISTOGRAM = "# HELP h Help.\n# TYPE h histogram\n"
GOOD = (
    COUNTER + 'a_total{x="1"} 18446744073709551615\na_total{x="q\\"\\\\\\n"} 2.5\n'
    "# HELP b Back\\\\slash\\nnewline \"quoted\"\n# TYPE b gauge\nb -Inf\n" + HISTOGRAM
    + 'h_bucket{x="1",le="0.5"} 1\nh_bucket{x="1",le="+Inf"} 3\nh_sum{x="1"} 9.5\nh_count{x="1"} 3\n'
    'h_bucket{x="2",le="0.5"} 2\nh_bucket{x="2",le="+Inf"} 2\nh_sum{x="2"} 0.25\nh_count{x="2"} 2\n'
)
MALFORMED = {
    "no final newline": COUNTER + "a_total 1",
    "an empty line": COUNTER + "\na_total 1\n",
    "a sample before any TYPE": "a_total 1\n",
    "TYPE without HELP": "# TYPE a_total counter\na_total 1\n",
    "HELP without TYPE": "# HELP a_total Help.\na_total 1\n",
    "HELP at the end without TYPE": COUNTER + "# HELP b Help.\n",
    "an unknown type": "# HELP a Help.\n# TYPE a untyped\na 1\n",
    "a bad escape in HELP": "# HELP a Help\\t.\n# TYPE a gauge\na 1\n",
    "a family that stands twice": COUNTER + "a_total 1\n" + COUNTER,
    "families out of order": HISTOGRAM + COUNTER,
    "a series that stands twice": COUNTER + 'a_total{x="1",y="2"} 1\na_total{y="2",x="1"} 1\n',
    "a sample of another family": COUNTER + "b_total 1\n",
    "a bad metric name": COUNTER + "2a_total 1\n",
    "a bad label name": COUNTER + 'a_total{x:y="1"} 1\n',
    "a label that stands twice": COUNTER + 'a_total{x="1",x="1"} 1\n',
    "a bad escape in a label": COUNTER + 'a_total{x="\\t"} 1\n',
    "an open quote": COUNTER + 'a_total{x="1} 1\n',
    "open braces": COUNTER + 'a_total{x="1" 1\n',
    "a trailing comma": COUNTER + 'a_total{x="1",} 1\n',
    "empty braces": COUNTER + "a_total{} 1\n",
    "no space before the value": COUNTER + 'a_total{x="1"}1\n',
    "a timestamp": COUNTER + "a_total 1 1700000000000\n",
    "a bad value": COUNTER + "a_total 1,5\n",
    "no value": COUNTER + "a_total \n",
    "a counter below zero": COUNTER + "a_total -1\n",
    "a counter that is not a number": COUNTER + "a_total NaN\n",
    "buckets that fall": HISTOGRAM + 'h_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
    "bounds that fall": HISTOGRAM + 'h_bucket{le="2"} 0\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
    "no +Inf": HISTOGRAM + 'h_bucket{le="1"} 2\nh_sum 1\nh_count 2\n',
    "count against +Inf": HISTOGRAM + 'h_bucket{le="+Inf"} 2\nh_sum 1\nh_count 3\n',
    "no sum": HISTOGRAM + 'h_bucket{le="+Inf"} 2\nh_count 2\n',
    "no buckets": HISTOGRAM + "h_sum 1\nh_count 2\n",
    "sum of another series": HISTOGRAM + 'h_bucket{x="1",le="+Inf"} 2\nh_sum{x="2"} 1\nh_count{x="2"} 2\n',
}


class ExpositionTest(unittest.TestCase):
    def test_well_formed_text_is_read(self):
        s = Scrape(GOOD)
        self.assertEqual(s.value("a_total", x="1"), 2**64 - 1)
        self.assertEqual(s.value("a_total", x='q"\\\n'), 2.5)
        self.assertEqual(s.families["b"].help, 'Back\\slash\nnewline "quoted"')
        self.assertEqual(s.value("b"), float("-inf"))
        self.assertEqual(s.histogram("h", x="1"), Histogram({"0.5": 1, "+Inf": 3}, 9.5, 3))
        self.assertEqual(s.histogram("h"), Histogram({"0.5": 3, "+Inf": 5}, 9.75, 5))
        self.assertEqual(s.histogram("h", x="1").above("0.5"), 2)
        self.assertEqual(s.labels("h", "le"), {"0.5", "+Inf"})

    def test_malformed_text_is_refused(self):
        for what, text in MALFORMED.items():
            with self.subTest(what), self.assertRaises(Malformed):
                Scrape(text)

    def test_look_up_of_one_among_several_is_refused(self):
        s = Scrape(GOOD)
        for name, labels in (("a_total", {}), ("a_total", {"x": "9"}), ("nothing", {})):
            with self.subTest(name), self.assertRaises(KeyError):
                s.value(name, **labels)

    def test_delta_starts_from_zero_for_a_new_series(self):
        before, after = Scrape(COUNTER), Scrape(GOOD)
        self.assertEqual(delta(before, after, "a_total", x='q"\\\n'), 2.5)
        self.assertEqual(delta(before, after, "h", x="2"), Histogram({"0.5": 2, "+Inf": 2}, 0.25, 2))


if __name__ == "__main__":
    unittest.main()
