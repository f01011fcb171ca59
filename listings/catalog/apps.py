from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "listings.catalog"
    label = "catalog"
