"""manage.py export_rooms [--check]: docs/rooms.md, made from each room's wiring.py."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from market.config import rooms
from market.config.environment import BASE_DIR

TARGET = BASE_DIR / "docs" / "rooms.md"


class Command(BaseCommand):
    help = "Writes docs/rooms.md, or with --check fails when it differs from the code."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")
        parser.add_argument("--out", type=Path, default=TARGET)

    def handle(self, *, check: bool, out: Path, **options: Any) -> None:
        if not check:
            out.write_text(rooms.text(), encoding="utf-8")
        elif not out.exists() or out.read_text(encoding="utf-8") != rooms.text():
            raise CommandError(f"{out.name} differs from the code; run manage.py export_rooms and review the diff.")
