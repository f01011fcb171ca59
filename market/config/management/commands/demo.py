"""manage.py demo [--json]: the demonstration city, invented except for its patents' facts and the plan's figures."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from contracts.agreements.models import TechnologyContract
from contracts.registration.models import Registration
from contracts.turnover.services import load_plan
from listings.catalog.models import Achievement, Demand
from market.config.demo.city import City
from market.config.demo.indicators import load_indicators
from market.config.demo.people import People, demo_password, read, write_accounts
from market.config.demo.reports import publish_reports
from market.pages import demo_progress
from matching.brokerage.models import Deal


class Command(BaseCommand):
    help = "Loads the demonstration city; a second run adds only what is missing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("the demonstration city is loaded only where DEMO=1")
        load_plan()
        password = demo_password()
        people = People()
        write_accounts(password)
        total = 2 + 2 * len(read("pairs"))
        demo_progress.note(0, total)
        try:
            people.build(password)
            load_indicators(people)
            steps = tqdm(City(people).steps(), total=total, unit="step", disable=options["json"])
            for done, _ in enumerate(steps, start=1):
                demo_progress.note(done, total)
            publish_reports(people)
        finally:
            demo_progress.forget()
        report = {
            "achievements": Achievement.objects.count(),
            "demands": Demand.objects.count(),
            "deals": Deal.objects.count(),
            "contracts": TechnologyContract.objects.count(),
            "registrations": Registration.objects.count(),
        }
        self.stdout.write(json.dumps(report) if options["json"] else f"{report}")
