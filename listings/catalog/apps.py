from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "listings.catalog"
    label = "catalog"

    def ready(self) -> None:
        from listings.catalog import wiring

        wiring.wire()
