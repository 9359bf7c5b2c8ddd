# SPDX-License-Identifier: GPL-2.0-only
"""Runs one file of unittest cases and prints TAP, as the cmocka programs do: tests/lib/tap.py tests/e2e/x_test.py"""

import os
import sys
import unittest


class TapResult(unittest.TestResult):
    """One line a test; what went wrong follows as comments. A test is what has a name, not its subtests."""

    def __init__(self):
        super().__init__()
        self.number = 0
        self.details = []
        self.skipped_why = None
        self.running = False

    def startTest(self, test):
        super().startTest(test)
        self.details, self.skipped_why, self.running = [], None, True

    def stopTest(self, test):
        super().stopTest(test)
        self.running = False
        self.report(test)

    def report(self, test):
        self.number += 1
        name = getattr(test, "_testMethodName", str(test))
        skip = f" # SKIP {self.skipped_why}" if self.skipped_why is not None and not self.details else ""
        print(f"{'not ok' if self.details else 'ok'} {self.number} - {name}{skip}")
        for line in "".join(self.details).splitlines():
            print("#", line)
        sys.stdout.flush()
        self.details, self.skipped_why = [], None

    def fail(self, test, error):
        self.details.append(self._exc_info_to_string(error, test))  # without frames of unittest itself
        if not self.running:  # setUpClass, or the module itself
            self.report(test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.fail(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        self.fail(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err:
            self.details.append(f"{subtest._subDescription()}:\n")
            self.fail(test, err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.skipped_why = reason
        if not self.running:
            self.report(test)

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.details.append("expectedFailure is not used here: mend the test or the code\n")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.details.append("it was expected to fail\n")


def main(path):
    folder, file = os.path.split(os.path.abspath(path))
    sys.path.insert(1, folder)  # after this folder, where the helpers are
    result = TapResult()
    unittest.defaultTestLoader.loadTestsFromName(file[: -len(".py")]).run(result)
    print(f"1..{result.number}")
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
