from django.db import migrations

from market.kernel.ddl import seal_on_insert


class Migration(migrations.Migration):
    initial = True

    # After the columns that are sealed from the first row on.
    dependencies = [
        ("kernel", "0005_rows_are_sealed"),
        ("agreements", "0002_contract_numbers"),
        ("registration", "0003_facts_and_corrections"),
        ("turnover", "0003_facts_and_corrections"),
    ]
    operations = [
        seal_on_insert("agreements_signature", "agreements.seal"),
        seal_on_insert("registration_registrationevent", "registration.event"),
        seal_on_insert("turnover_turnoverentry", "turnover.entry"),
    ]
