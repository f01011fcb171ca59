from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "market.kernel"
    label = "kernel"
    verbose_name = "Kernel"

    def ready(self) -> None:
        from market.kernel import wiring

        wiring.wire()
