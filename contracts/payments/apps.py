from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "contracts.payments"
    label = "payments"

    def ready(self) -> None:
        from contracts.payments import wiring

        wiring.wire()
