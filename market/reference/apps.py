from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    name = "market.reference"
    label = "reference"
    verbose_name = "Reference"

    def ready(self) -> None:
        from market.reference import wiring

        wiring.wire()
