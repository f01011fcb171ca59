from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    name = "contracts.agreements"
    label = "agreements"

    def ready(self) -> None:
        from contracts.agreements import wiring

        wiring.wire()
