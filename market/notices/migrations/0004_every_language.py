from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0003_parts_of_a_letter"),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="translations",
            field=models.JSONField(
                blank=True,
                db_comment="Title and body by language code",
                db_default=models.Value({}, models.JSONField()),
                default=dict,
            ),
        ),
    ]
