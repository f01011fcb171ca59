from django.apps import AppConfig


class BrokerageConfig(AppConfig):
    name = "matching.brokerage"
    label = "brokerage"

    def ready(self) -> None:
        from matching.brokerage import consumers, pages, policy  # noqa: F401  subscriptions, slots and menu
