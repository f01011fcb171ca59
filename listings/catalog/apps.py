from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "listings.catalog"
    label = "catalog"

    def ready(self) -> None:
        from listings.catalog import kinds
        from listings.catalog.kinds import checks

        checks.require_sound(kinds.KINDS.values())
        from listings.catalog import consumers, indexing, pages, policy, shortcuts  # noqa: F401  subscriptions, search, menu
