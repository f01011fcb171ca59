from django.db import migrations

from market.kernel.ddl import append_only, number_sequence


class Migration(migrations.Migration):
    dependencies = [("registration", "0001_registrations")]
    operations = [append_only("registration_registrationevent"), number_sequence("registration_no_seq")]
