"""manage.py export_settings [--check]: docs/operating/settings.md, made from the typed settings."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from market.config.environment import BASE_DIR, Environment

TARGET = BASE_DIR / "docs" / "operating" / "settings.md"
HEAD = """# Settings

Environment variables; made by `manage.py export_settings` from `market/config/environment.py`.

| variable | default | meaning |
|---|---|---|
"""


def settings_text() -> str:
    rows = []
    for name, field in sorted(Environment.model_fields.items()):
        default = "`.local`" if name == "data_dir" else f"`{_plain(field.default)}`" if field.default else "–"
        rows.append(f"| `{name.upper()}` | {default} | {field.description} |")
    return HEAD + "\n".join(rows) + "\n"


def _plain(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)


class Command(BaseCommand):
    help = "Writes docs/operating/settings.md, or with --check fails when it differs from the code."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")
        parser.add_argument("--out", type=Path, default=TARGET)

    def handle(self, *, check: bool, out: Path, **options: Any) -> None:
        if not check:
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text(settings_text(), encoding="utf-8")
        elif not out.exists() or out.read_text(encoding="utf-8") != settings_text():
            raise CommandError(f"{out.name} differs from the code; run manage.py export_settings and review the diff.")
