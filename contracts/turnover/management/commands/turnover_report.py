"""manage.py turnover_report --year Y [--as-of D] [--json]: the figure of a year, as known now or on a day."""

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from contracts.turnover import queries
from market.kernel.money import in_yi


class Command(BaseCommand):
    help = "Tells the registered turnover of a year."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, required=True)
        parser.add_argument("--as-of", type=date.fromisoformat, help="YYYY-MM-DD, end of the day in Asia/Shanghai")
        parser.add_argument("--region", default="")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, year: int, **options: Any) -> None:
        figure = queries.figure(year=year, region=options["region"], as_of=options["as_of"])
        if options["json"]:
            self.stdout.write(
                json.dumps(
                    {
                        "contract_amount": f"{figure.contract_amount:.2f}",
                        "technology_amount": f"{figure.technology_amount:.2f}",
                        "contracts": figure.contracts,
                    }
                )
            )
            return
        planned = "" if figure.planned is None else f", planned {in_yi(figure.planned, 4)} 亿元"
        self.stdout.write(
            f"{year} {figure.region}: {figure.contracts} 项, {in_yi(figure.contract_amount, 4)} 亿元"
            f" (技术交易额 {in_yi(figure.technology_amount, 4)} 亿元){planned}"
        )
