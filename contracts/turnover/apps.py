from django.apps import AppConfig


class TurnoverConfig(AppConfig):
    name = "contracts.turnover"
    label = "turnover"

    def ready(self) -> None:
        from contracts.turnover import events, pages  # noqa: F401  subscriptions, slots and menu
