from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    name = "contracts.agreements"
    label = "agreements"
