from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "contracts.reports"
    label = "reports"

    def ready(self) -> None:
        from contracts.reports import evidence, pages  # noqa: F401  figures for the auditor, and the menu
