from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "market.accounts"
    label = "accounts"

    def ready(self) -> None:
        from market.accounts import letters, sign_in_events  # noqa: F401  an invitation leaves through the outbox
