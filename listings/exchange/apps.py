from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "listings.exchange"
    label = "exchange"
