"""What may be skipped: tests of the development data where it is absent, browser tests where no browser is,
and tests of vectors where there is no package with the model (it has wheels for Linux on x86-64).

In CI every other skip is a failure, since a test that never runs proves nothing.
"""

import os
from pathlib import Path

import pytest

from deploy.local import chromium
from search.index import encoder

SHARED = Path(__file__).resolve().parents[2] / "shared"
NO_SHARED = "the development data (../shared) is not beside this checkout"
NO_BROWSER = "no Chromium on this machine"
MAY = ("skip", "allowed")
NO_ENCODER = "no package with the encoder's weights on this machine"


class SkipRule:
    """Marks the tests that may be skipped, and fails a CI run that skipped another.

    The mark goes with the report, since a run in several processes counts in one and collects in the others.
    """

    def __init__(self) -> None:
        self.refused: list[str] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        has_browser = any(item.get_closest_marker("e2e") for item in items) and chromium.path() is not None
        for item in items:
            if item.get_closest_marker("shared") and not SHARED.is_dir():
                item.add_marker(pytest.mark.skip(reason=NO_SHARED))
                item.user_properties.append(MAY)
            if item.get_closest_marker("e2e") and not has_browser:
                item.add_marker(pytest.mark.skip(reason=NO_BROWSER))
            if item.get_closest_marker("encoder") and not encoder.is_available():
                item.add_marker(pytest.mark.skip(reason=NO_ENCODER))
                item.user_properties.append(MAY)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.note(report)

    def note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        # An expected failure (xfail) is reported as skipped too, and is none.
        is_allowed = MAY in map(tuple, getattr(report, "user_properties", ()))
        if report.skipped and not hasattr(report, "wasxfail") and not is_allowed:
            self.refused.append(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.refused and is_ci() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.refused and is_ci():
            terminalreporter.section("Skipped in CI, which fails the run", red=True)
            for nodeid in self.refused:
                terminalreporter.line(nodeid)


def is_ci() -> bool:
    return os.environ.get("CI") == "true"


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(SkipRule(), "skip-rule")
