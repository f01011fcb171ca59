from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "contracts.audit"
    label = "audit"

    def ready(self) -> None:
        from contracts.audit import pages, sealed, services  # noqa: F401  menu and slots, sources, jobs
