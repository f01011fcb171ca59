from django.apps import AppConfig


class TurnoverConfig(AppConfig):
    name = "contracts.turnover"
    label = "turnover"

    def ready(self) -> None:
        from contracts.turnover import wiring

        wiring.wire()
