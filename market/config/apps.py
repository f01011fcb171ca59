from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "market.config"
    label = "config"

    def ready(self) -> None:
        from market.config import celery  # noqa: F401  shared tasks bind to the application
