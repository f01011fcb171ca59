from django.apps import AppConfig


class FindConfig(AppConfig):
    name = "search.find"
    label = "find"
