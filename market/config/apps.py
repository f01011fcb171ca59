from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "market.config"
    label = "config"

    def ready(self) -> None:
        from ninja import Schema

        # Of the API's thousand schemas a command needs none; the web builds all of them (`market.config.preloading`).
        Schema.model_config["defer_build"] = True
        from market.config import celery  # noqa: F401  shared tasks bind to the application
