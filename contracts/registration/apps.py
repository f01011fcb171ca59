from django.apps import AppConfig


class RegistrationConfig(AppConfig):
    name = "contracts.registration"
    label = "registration"

    def ready(self) -> None:
        from contracts.registration import pages, policy  # noqa: F401  slots, menu and what the registry may see
