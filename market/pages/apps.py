from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "market.pages"
    label = "pages"

    def ready(self) -> None:
        from market.pages import wiring

        wiring.wire()
