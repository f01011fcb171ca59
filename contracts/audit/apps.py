from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "contracts.audit"
    label = "audit"

    def ready(self) -> None:
        from contracts.audit import wiring

        wiring.wire()
