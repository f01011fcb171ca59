"""manage.py bench …: the earlier name of `python -m tests.benchmarks …`, which it hands everything to."""

import os
import sys
from importlib.util import find_spec

from django.core.management.base import BaseCommand, CommandError

NOW = "tests.benchmarks"


class Command(BaseCommand):
    help = f"Deprecated: `make bench`, or `python -m {NOW}`."

    def run_from_argv(self, argv: list[str]) -> None:
        """Become the benchmarks, with the same words."""
        if find_spec("tests") is None:
            raise SystemExit(f"The benchmarks come with the tests: python -m {NOW}")
        os.execv(sys.executable, [sys.executable, "-m", NOW, *argv[2:]])  # noqa: S606

    def handle(self, **options: object) -> None:
        raise CommandError(f"python -m {NOW}")
