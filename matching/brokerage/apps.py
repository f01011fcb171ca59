from django.apps import AppConfig


class BrokerageConfig(AppConfig):
    name = "matching.brokerage"
    label = "brokerage"

    def ready(self) -> None:
        from matching.brokerage import wiring

        wiring.wire()
