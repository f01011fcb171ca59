from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "listings.imports"
    label = "imports"

    def ready(self) -> None:
        from listings.imports import wiring

        wiring.wire()
