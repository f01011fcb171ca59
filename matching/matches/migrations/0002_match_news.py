import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_people_and_organisations"),
        ("ranking", "0001_matches"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="matchwatch",
            name="is_on",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.CreateModel(
            name="MatchNews",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("achievement", "科技成果"), ("demand", "技术需求")],
                        db_comment="Of the listing that is watched",
                        max_length=12,
                    ),
                ),
                ("listing_id", models.UUIDField()),
                ("partner_id", models.UUIDField()),
                ("found_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(blank=True, db_comment="Written with the notice", null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organisation"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("told_at__isnull", True)), fields=["user"], name="match_news_untold"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "kind", "listing_id", "partner_id"), name="match_told_once")
                ],
            },
        ),
    ]
