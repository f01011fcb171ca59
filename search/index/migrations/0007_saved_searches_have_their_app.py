from django.db import migrations


class Migration(migrations.Migration):
    """Saved searches belong to the app `saved` now, which took the tables over as they are."""

    dependencies = [("search", "0006_analysis_of_documents"), ("saved", "0001_saved_searches")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(name="SavedSearchHit"),
                migrations.DeleteModel(name="SavedSearchAnchor"),
                migrations.DeleteModel(name="SavedSearch"),
            ]
        )
    ]
