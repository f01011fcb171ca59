from django.apps import AppConfig


class BrokerageConfig(AppConfig):
    name = "matching.brokerage"
    label = "brokerage"
