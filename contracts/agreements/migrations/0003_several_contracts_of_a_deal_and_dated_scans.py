import django.db.models.deletion
import django_fsm
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_people_and_organisations"),
        ("agreements", "0002_contract_numbers"),
        ("brokerage", "0003_what_ended_begins_anew"),
        ("kernel", "0005_rows_are_sealed"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="technologycontract",
            name="signed_is_dated",
        ),
        migrations.AddField(
            model_name="signature",
            name="pages",
            field=models.PositiveSmallIntegerField(db_comment="Pages of the scan that bear anything", null=True),
        ),
        migrations.AddField(
            model_name="signature",
            name="pages_note",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=300, verbose_name="页数不同的说明"
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="signed_on",
            field=models.DateField(db_comment="As the sealed paper is dated", null=True, verbose_name="签订日期"),
        ),
        migrations.AlterField(
            model_name="signature",
            name="signed_at",
            field=models.DateTimeField(db_comment="When the scan was handed in"),
        ),
        migrations.AlterField(
            model_name="technologycontract",
            name="deal",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="contracts",
                to="brokerage.deal",
            ),
        ),
        migrations.AlterField(
            model_name="technologycontract",
            name="state",
            field=django_fsm.FSMField(
                choices=[
                    ("drafting", "起草中"),
                    ("final", "已定稿"),
                    ("signed", "已签订"),
                    ("effective", "已生效"),
                    ("completed", "已履行完毕"),
                    ("terminated", "已解除"),
                    ("void", "无效或被撤销"),
                    ("withdrawn", "已撤回"),
                ],
                default="drafting",
                max_length=50,
                protected=True,
                verbose_name="状态",
            ),
        ),
        migrations.AddConstraint(
            model_name="technologycontract",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["drafting", "final", "withdrawn"]), ("signed_on__isnull", False), _connector="OR"
                ),
                name="signed_is_dated",
            ),
        ),
        migrations.AddConstraint(
            model_name="technologycontract",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["terminated", "void", "withdrawn"]), _negated=True),
                fields=("deal",),
                name="one_live_contract_per_deal",
            ),
        ),
    ]
