from django.db import migrations

from market.kernel.ddl import append_only


class Migration(migrations.Migration):
    dependencies = [("turnover", "0001_ledger_and_plan")]
    operations = [append_only("turnover_turnoverentry")]
