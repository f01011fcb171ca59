from django.apps import AppConfig
from django.core.signals import request_started


class ReferenceConfig(AppConfig):
    name = "market.reference"
    label = "reference"
    verbose_name = "Reference"

    def ready(self) -> None:
        from market.reference import queries

        request_started.connect(queries.forget, dispatch_uid="market.reference.queries.forget")
