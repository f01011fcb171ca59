from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "market.pages"
    label = "pages"
