from django.db import migrations

from market.kernel.ddl import append_only


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_reports")]
    operations = [
        append_only("reports_reportfile"),
        migrations.RunSQL(
            """
            CREATE FUNCTION reports_published_is_frozen() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'a published report is frozen' USING ERRCODE = 'restrict_violation'; END $$;
            CREATE TRIGGER reports_published_is_frozen BEFORE UPDATE OR DELETE ON reports_report
            FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION reports_published_is_frozen();
            """,
            "DROP TRIGGER reports_published_is_frozen ON reports_report; DROP FUNCTION reports_published_is_frozen();",
        ),
    ]
