from django.apps import AppConfig


class RankingConfig(AppConfig):
    name = "matching.ranking"
    label = "ranking"

    def ready(self) -> None:
        from matching.ranking import consumers, pages, policy, services  # noqa: F401  events, slots, who may, jobs
