from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "listings.exchange"
    label = "exchange"

    def ready(self) -> None:
        from listings.exchange import wiring

        wiring.wire()
