from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "market.notices"
    label = "notices"

    def ready(self) -> None:
        from market.notices import events, policy  # noqa: F401  e-mail leaves through the outbox
