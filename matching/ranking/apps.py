from django.apps import AppConfig


class RankingConfig(AppConfig):
    name = "matching.ranking"
    label = "ranking"

    def ready(self) -> None:
        from matching.ranking import pages  # noqa: F401  slots
