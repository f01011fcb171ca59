from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "market.notices"
    label = "notices"

    def ready(self) -> None:
        from market.notices import wiring

        wiring.wire()
