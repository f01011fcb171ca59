from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "market.notices"
    label = "notices"

    def ready(self) -> None:
        from market.notices import account_events, events, policy  # noqa: F401  letters leave through the outbox
