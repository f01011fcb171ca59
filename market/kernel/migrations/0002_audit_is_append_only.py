from django.db import migrations

from market.kernel.ddl import append_only


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_ground")]
    operations = [append_only("kernel_auditrow")]
