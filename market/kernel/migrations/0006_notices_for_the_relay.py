from django.db import migrations

from market.kernel.ddl import notify_relay


class Migration(migrations.Migration):
    dependencies = [("kernel", "0005_rows_are_sealed")]
    operations = [
        notify_relay("kernel_delivery", "SELECT DISTINCT consumer FROM fresh"),
        notify_relay("kernel_unsealedrow", "SELECT 'seal'"),
    ]
