from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    name = "contracts.agreements"
    label = "agreements"

    def ready(self) -> None:
        from contracts.agreements import consumers, pages, policy  # noqa: F401  subscriptions, slots and menu
