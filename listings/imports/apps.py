from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "listings.imports"
    label = "imports"
