import django.db.models.deletion
from django.db import migrations, models

# Rules of no release: the anchors are made anew before the next listing is announced.
ANEW = "UPDATE search_savedsearch SET rules = ''"


class Migration(migrations.Migration):
    dependencies = [("search", "0004_text_vectors")]
    operations = [
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="anchors", to="search.savedsearch"
                    ),
                ),
            ],
        ),
        migrations.RemoveIndex(model_name="savedsearch", name="saved_search_anchors"),
        migrations.RemoveField(model_name="savedsearch", name="anchors"),
        migrations.RunSQL(ANEW, migrations.RunSQL.noop),
    ]
