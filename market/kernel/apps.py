from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "market.kernel"
    label = "kernel"
    verbose_name = "Kernel"

    def ready(self) -> None:
        from market.kernel import checks, events  # noqa: F401  system checks and subscriptions
