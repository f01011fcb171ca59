"""manage.py export_openapi [--check]: the committed openapi.json, so that each change of the wire is a diff."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from market.config.environment import BASE_DIR
from market.config.openapi import openapi_text

TARGET = BASE_DIR / "docs" / "api" / "openapi.json"


class Command(BaseCommand):
    help = "Writes docs/api/openapi.json, or with --check fails when it differs from the code."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")
        parser.add_argument("--out", type=Path, default=TARGET)

    def handle(self, *, check: bool, out: Path, **options: Any) -> None:
        text = openapi_text()
        if not check:
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text(text, encoding="utf-8")
        elif not out.exists() or out.read_text(encoding="utf-8") != text:
            raise CommandError(f"{out.name} differs from the code; run manage.py export_openapi and review the diff.")
