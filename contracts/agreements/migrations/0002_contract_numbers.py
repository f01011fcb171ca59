from django.db import migrations

from market.kernel.ddl import number_sequence


class Migration(migrations.Migration):
    dependencies = [("agreements", "0001_contracts")]
    operations = [number_sequence("contract_no_seq")]
