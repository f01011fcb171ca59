"""Saved searches once were rows of the index's app: what a database of then holds is theirs still."""

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command

from search.saved.models import SavedSearch

MODELS = ["savedsearch", "savedsearchanchor", "savedsearchhit"]


def test_tables_rows_and_rights_come_along_to_the_app_of_their_room(keep):
    row = keep()
    call_command("migrate", "saved", "zero", verbosity=0)
    types = dict(ContentType.objects.filter(app_label="search", model__in=MODELS).values_list("model", "id"))
    desk = Group.objects.create(name="desk")
    desk.permissions.set(Permission.objects.filter(content_type__in=types.values()))
    rights = set(desk.permissions.values_list("id", flat=True))

    call_command("migrate", verbosity=0)

    assert list(SavedSearch.objects.all()) == [row]
    assert row.anchors.exists()
    assert sorted(types) == MODELS
    assert dict(ContentType.objects.filter(app_label="saved").values_list("model", "id")) == types
    assert not ContentType.objects.filter(app_label="search", model__in=MODELS).exists()
    assert set(desk.permissions.values_list("id", flat=True)) == rights != set()
