import django.contrib.postgres.fields
import django.db.models.deletion
import django_fsm
from django.conf import settings
from django.db import migrations, models

import market.kernel.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_people_and_organisations"),
        ("kernel", "0003_event_recorded_at"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "version",
                    models.PositiveIntegerField(db_comment="Grows by one with each change; the ETag", default=1),
                ),
                (
                    "id",
                    models.UUIDField(
                        default=market.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("monthly", "月报"), ("quarterly", "季报"), ("yearly", "年报")],
                        max_length=10,
                        verbose_name="报告类型",
                    ),
                ),
                ("first_on", models.DateField(verbose_name="期初")),
                ("last_on", models.DateField(db_comment="Included", verbose_name="期末")),
                ("region", models.CharField(db_comment="GB/T 2260", max_length=6, verbose_name="地区")),
                (
                    "sides",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10),
                        db_comment="Which sides have tables of their own",
                        size=None,
                        verbose_name="分项口径",
                    ),
                ),
                (
                    "edition",
                    models.PositiveSmallIntegerField(
                        db_comment="From 1; a newer one supersedes the former", verbose_name="报告版次"
                    ),
                ),
                (
                    "layout",
                    models.PositiveSmallIntegerField(
                        db_comment="The rules that lay it out, and recompute it", verbose_name="版式"
                    ),
                ),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[
                            ("draft", "草稿"),
                            ("submitted", "待审核"),
                            ("returned", "已退回"),
                            ("published", "已发布"),
                        ],
                        default="draft",
                        max_length=50,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                ("note", models.TextField(blank=True, max_length=2000, verbose_name="说明")),
                ("return_reason", models.CharField(blank=True, max_length=500, verbose_name="退回原因")),
                ("submitted_at", models.DateTimeField(null=True, verbose_name="提交时间")),
                ("published_at", models.DateTimeField(null=True, verbose_name="发布时间")),
                (
                    "up_to_entry",
                    models.BigIntegerField(
                        db_comment="The cut: entries of the ledger up to this id are counted, later ones not",
                        null=True,
                        verbose_name="截至分录",
                    ),
                ),
                (
                    "basis",
                    models.JSONField(
                        db_comment="What the content needs beside the ledger, as it was: names of codes, the plan",
                        default=dict,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "approved_for",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                        verbose_name="审核单位",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        db_comment="Null: made by the schedule",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "submitted_for",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                        verbose_name="编制单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "统计报告",
                "verbose_name_plural": "统计报告",
            },
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
        migrations.CreateModel(
            name="ReportFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "form",
                    models.CharField(
                        choices=[("json", "JSON"), ("csv", "CSV"), ("pdf", "PDF"), ("xlsx", "工作簿")], max_length=4
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.privatefile"
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="reports.report"
                    ),
                ),
            ],
            options={
                "verbose_name": "报告文件",
                "verbose_name_plural": "报告文件",
            },
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["-last_on", "-id"], name="report_newest"),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                fields=("kind", "first_on", "region", "edition"), name="one_report_per_edition"
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_on__gte", models.F("first_on"))), name="report_period_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True),
                    models.Q(
                        models.Q(("approved_by", models.F("submitted_by")), _negated=True),
                        models.Q(
                            ("made_by__isnull", True),
                            models.Q(("approved_by", models.F("made_by")), _negated=True),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="report_needs_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "published"), _negated=True),
                    models.Q(
                        ("approved_by__isnull", False),
                        ("published_at__isnull", False),
                        ("submitted_by__isnull", False),
                        ("up_to_entry__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="published_report_is_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportfile",
            constraint=models.UniqueConstraint(fields=("report", "form"), name="one_file_per_form"),
        ),
    ]
