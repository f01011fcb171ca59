from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "contracts.reports"
    label = "reports"

    def ready(self) -> None:
        from contracts.reports import consumers, evidence, pages  # noqa: F401  events, figures for the auditor, menu
