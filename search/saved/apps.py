from django.apps import AppConfig


class SavedConfig(AppConfig):
    name = "search.saved"
    label = "saved"

    def ready(self) -> None:
        from search.saved import wiring

        wiring.wire()
