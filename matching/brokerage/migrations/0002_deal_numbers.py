from django.db import migrations

from market.kernel.ddl import number_sequence


class Migration(migrations.Migration):
    dependencies = [("brokerage", "0001_introductions_and_deals")]
    operations = [number_sequence("deal_no_seq")]
