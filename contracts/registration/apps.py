from django.apps import AppConfig


class RegistrationConfig(AppConfig):
    name = "contracts.registration"
    label = "registration"

    def ready(self) -> None:
        from contracts.registration import consumers, pages, policy  # noqa: F401  events, slots, menu, who may see
