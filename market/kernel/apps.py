from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "market.kernel"
    label = "kernel"
    verbose_name = "Kernel"

    def ready(self) -> None:
        from market.kernel import checks, events  # noqa: F401  system checks and subscriptions
        from market.kernel.chain.sources import seal_source
        from market.kernel.models import AuditRow, PrivateFile

        seal_source("kernel.audit", AuditRow, hidden=("actor_user_id", "actor_api_key_id", "changes", "request_id"))
        seal_source("kernel.file", PrivateFile, hidden=("name", "user_id"))
