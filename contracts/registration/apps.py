from django.apps import AppConfig


class RegistrationConfig(AppConfig):
    name = "contracts.registration"
    label = "registration"

    def ready(self) -> None:
        from contracts.registration import wiring

        wiring.wire()
