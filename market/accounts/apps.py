from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "market.accounts"
    label = "accounts"

    def ready(self) -> None:
        from market.accounts import wiring

        wiring.wire()
