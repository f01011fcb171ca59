from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "contracts.monitoring"
    label = "monitoring"

    def ready(self) -> None:
        from contracts.monitoring import wiring

        wiring.wire()
