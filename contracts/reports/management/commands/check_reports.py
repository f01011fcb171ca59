"""manage.py check_reports [--report ID …] [--json]: every published report recomputed from the ledger, byte by byte."""

import json
from time import perf_counter
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from contracts.reports.checks import Difference, differences
from contracts.reports.models import Report


class Command(BaseCommand):
    help = "Recomputes published reports with their snapshot and compares bytes and files; fails where one differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--report", type=UUID, nargs="+", metavar="ID", help="these reports only")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        rows = Report.objects.filter(state=Report.State.PUBLISHED).order_by("last_on", "id")
        if options["report"]:
            rows = rows.filter(pk__in=options["report"])
            if rows.count() < len(set(options["report"])):
                raise CommandError("not every one of these is a published report")
        began = perf_counter()
        found: list[Difference] = []
        total = rows.count()
        for report in tqdm(rows.iterator(), total=total, unit="report", disable=options["json"]):
            found += differences(report)
        differing = len({difference.report.pk for difference in found})
        seconds = round(perf_counter() - began, 3)
        if options["json"]:
            self.stdout.write(json.dumps({"reports": total, "differing": differing, "seconds": seconds}))
        else:
            self.stdout.write(f"{total} reports, {differing} differing, {seconds} s")
        if found:
            raise CommandError("; ".join(map(str, found[:20])))
