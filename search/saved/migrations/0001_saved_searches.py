import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

import market.kernel.ids


def take_content_types(apps, schema_editor):
    """Rights and log entries point at content types: those of the models come along."""
    move_content_types(apps, "search", "saved")


def give_content_types_back(apps, schema_editor):
    move_content_types(apps, "saved", "search")


def move_content_types(apps, before, after):
    types = apps.get_model("contenttypes", "ContentType").objects
    for model in ("savedsearch", "savedsearchanchor", "savedsearchhit"):
        types.filter(app_label=before, model=model).update(app_label=after)


class Migration(migrations.Migration):
    """The room of saved searches has its own app; the tables stay where they are, under their names."""

    initial = True

    dependencies = [
        ("accounts", "0001_people_and_organisations"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("search", "0006_analysis_of_documents"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    models_of_the_room = [
        migrations.CreateModel(
            name="SavedSearch",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=market.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="名称")),
                ("query", models.JSONField(db_comment="typed, kind, facets, sort")),
                (
                    "cadence",
                    models.CharField(
                        choices=[
                            ("at_once", "立即提醒"),
                            ("daily", "每天汇总"),
                            ("weekly", "每周汇总"),
                            ("none", "不提醒"),
                        ],
                        max_length=10,
                        verbose_name="提醒方式",
                    ),
                ),
                ("rules", models.CharField(db_comment="Fingerprint of the rules that made the anchors", max_length=16)),
                (
                    "feed_serial",
                    models.PositiveIntegerField(db_comment="Grows when the feed gets a new address", default=1),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "seen_at",
                    models.DateTimeField(
                        db_comment="When its owner saw what it found; null: as it was saved. Later listings are news",
                        null=True,
                    ),
                ),
                (
                    "tells_since",
                    models.DateTimeField(db_comment="What was found before is not told: nobody asked then"),
                ),
                ("last_told_at", models.DateTimeField(null=True)),
                (
                    "api_key",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_searches",
                        to="accounts.apikey",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_comment="For which the owner asks",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_searches",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "search_savedsearch",
                "indexes": [
                    models.Index(fields=["rules"], name="saved_search_rules"),
                    models.Index(fields=["user", "-created_at", "-id"], name="saved_search_of_user"),
                    models.Index(fields=["cadence", "id"], name="saved_search_cadence"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(("user__isnull", True), ("api_key__isnull", True), _connector="XOR"),
                        name="search_has_one_owner",
                    ),
                    models.CheckConstraint(
                        condition=Q(("user__isnull", False), ("cadence", "none"), _connector="OR"),
                        name="key_has_no_inbox",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedSearchAnchor",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key", "saved_search", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.BigIntegerField()),
                (
                    "saved_search",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="anchors", to="saved.savedsearch"
                    ),
                ),
            ],
            options={"db_table": "search_savedsearchanchor"},
        ),
        migrations.CreateModel(
            name="SavedSearchHit",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=20)),
                ("object_id", models.UUIDField()),
                ("found_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(db_comment="Written with the notice", null=True)),
                (
                    "saved_search",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="hits", to="saved.savedsearch"
                    ),
                ),
            ],
            options={
                "db_table": "search_savedsearchhit",
                "indexes": [
                    models.Index(fields=["saved_search", "-id"], name="hit_newest"),
                    models.Index(
                        condition=Q(("told_at__isnull", True)), fields=["saved_search", "found_at"], name="hit_untold"
                    ),
                    models.Index(fields=["found_at"], name="hit_by_age"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("saved_search", "kind", "object_id"), name="listing_told_once_per_search"
                    )
                ],
            },
        ),
    ]
    operations = [
        migrations.SeparateDatabaseAndState(state_operations=models_of_the_room),
        migrations.RunPython(take_content_types, give_content_types_back),
    ]
