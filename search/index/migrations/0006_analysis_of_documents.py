from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("search", "0005_anchors_as_rows")]

    operations = [
        migrations.AddField(
            model_name="searchdocument",
            name="analysis",
            field=models.PositiveSmallIntegerField(
                db_comment="Of which the tokens are; see mapping.ANALYSIS", db_default=0, db_index=True, default=0
            ),
        ),
    ]
