from django.db import migrations

from market.kernel.ddl import append_only, seal_on_insert, sealing_function


class Migration(migrations.Migration):
    dependencies = [("kernel", "0004_audit_chain")]
    operations = [
        append_only("kernel_sealshape"),
        append_only("kernel_chainlink"),
        append_only("kernel_chainnode"),
        append_only("kernel_chainhead"),
        sealing_function(),
        seal_on_insert("kernel_auditrow", "kernel.audit"),
        seal_on_insert("kernel_privatefile", "kernel.file"),
    ]
