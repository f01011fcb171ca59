from django.apps import AppConfig


class MatchesConfig(AppConfig):
    name = "matching.matches"
    label = "ranking"  # of its tables and migrations, by the name that the room had first

    def ready(self) -> None:
        from matching.matches import wiring

        wiring.wire()
