"""manage.py bring_up: everything that a portal needs before it serves, in one process; safe to repeat."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from market.config.demo.people import demo_password, write_accounts


class Command(BaseCommand):
    help = "Migrates, collects the static files, loads the code lists and the plan."
    # `migrate` checks by itself.
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        quiet = {"verbosity": options["verbosity"]}
        call_command("migrate", interactive=False, **quiet)
        call_command("collectstatic", interactive=False, **quiet)
        call_command("load_reference", **quiet)
        call_command("load_plan", **quiet)
        if settings.DEMO:
            # The accounts can be named before `demo` has made them.
            write_accounts(demo_password())
