from django.apps import AppConfig


class IndexConfig(AppConfig):
    name = "search.index"
    label = "search"  # of its tables and migrations; the room had the whole floor to itself once

    def ready(self) -> None:
        from search.index import wiring

        wiring.wire()
