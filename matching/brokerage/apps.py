from django.apps import AppConfig


class BrokerageConfig(AppConfig):
    name = "matching.brokerage"
    label = "brokerage"

    def ready(self) -> None:
        from matching.brokerage import consumers, pages, policy, queries  # noqa: F401  subscriptions, slots and menu
        from matching.matches import track_record

        track_record.fill(queries.signed_by)
