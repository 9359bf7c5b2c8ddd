# SPDX-License-Identifier: GPL-2.0-only
"""What Prometheus stores is what was served, and shipped alerts fire when the kernel is slow for real. scripts/test-receivers
does the same with more receivers, versions and settings."""

import unittest

from exporter import Exporter
from privilege import why_no_bpf
from prometheus import have_prometheus

try:
    import receivers
except ImportError:
    receivers = None


class Receivers(unittest.TestCase):
    def test_prometheus_stores_what_is_served_and_fires(self):
        if reason := why_no_bpf():
            self.skipTest(reason)
        if not have_prometheus():
            self.skipTest("needs prometheus and promtool")
        if not receivers:
            self.skipTest("needs python3-prometheus-client")
        with Exporter() as exporter:
            outcome = receivers.try_prometheus(exporter, (), "", False)
        print(f"# {outcome}")
        self.assertNotIn(receivers.FAILED, outcome)


if __name__ == "__main__":
    unittest.main()
