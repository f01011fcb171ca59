"""manage.py pull_listings CODE [--url URL --owner CREDIT_CODE] [--json]: read another market's feed."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from listings.exchange import queries, services
from listings.exchange.models import FeedSource
from market.accounts.models import Organisation
from market.kernel import clock
from market.kernel.problems import Problem


class Command(BaseCommand):
    help = "Pulls the listings of another market from where the last pull ended; --url and --owner make it known."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="the market's code, for example jiangxi")
        parser.add_argument("--url", help="the feed, ending in /exchange/v1/listings")
        parser.add_argument("--owner", metavar="CREDIT_CODE", help="the market's organisation here")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        at = clock.now()
        try:
            code = queries.source_code(options["code"])
            if options["url"]:
                owner = Organisation.objects.filter(credit_code=options["owner"] or "").first()
                if owner is None:
                    raise CommandError(
                        "--url needs --owner, the credit code of an organisation that is registered here"
                    )
                services.add_source(code=code, url=options["url"], organisation=owner, at=at)
            source = FeedSource.objects.select_related("organisation").filter(code=code).first()
            if source is None:
                raise CommandError(f"{code} is not known yet; name its --url and --owner once")
            outcome = services.pull(source=source, at=at)
        except Problem as problem:
            raise CommandError(f"{problem.code}: {problem.title} {problem.detail} {problem.data}") from problem
        for refusal in outcome.refusals:
            self.stderr.write(f"item {refusal.number} ({refusal.item_id}): {refusal.code}: {refusal.message}")
        found = {name: value for name, value in asdict(outcome).items() if name != "refusals"}
        self.stdout.write(json.dumps(found) if options["json"] else ", ".join(f"{k} {v}" for k, v in found.items()))
