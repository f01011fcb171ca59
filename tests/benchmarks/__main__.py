"""python -m tests.benchmarks: the ratios of docs/measurements.md, on the servers that run."""

import os
import sys

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "market.config.settings")
    django.setup()
    from tests.benchmarks import command  # its modules hold models

    command.run(sys.argv[1:])
