from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "contracts.reports"
    label = "reports"

    def ready(self) -> None:
        from contracts.reports import wiring

        wiring.wire()
