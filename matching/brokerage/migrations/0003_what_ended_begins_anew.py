from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("brokerage", "0002_deal_numbers")]

    operations = [
        migrations.AddField(
            model_name="introduction",
            name="superseded_at",
            field=models.DateTimeField(
                blank=True,
                db_comment="When the agency brought the two together anew",
                null=True,
                verbose_name="重新对接时间",
            ),
        ),
        migrations.RemoveConstraint(model_name="introduction", name="introduced_once_per_agency"),
        migrations.AddConstraint(
            model_name="introduction",
            constraint=models.UniqueConstraint(
                condition=Q(("superseded_at__isnull", True)),
                fields=("demand", "achievement", "agency"),
                name="introduced_once_per_agency",
            ),
        ),
    ]
