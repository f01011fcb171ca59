"""What a portal needs before it serves, in one process; and the people of the demonstration city."""

import pytest
from django.core.management import call_command

from contracts.turnover.models import PlanIndicator
from market.accounts.models import User
from market.config.demo.people import People
from market.reference.models import Code

pytestmark = pytest.mark.django_db


def test_bring_up_prepares_everything_and_repeats(settings, tmp_path):
    settings.STATIC_ROOT, settings.DATA_DIR, settings.DEMO = tmp_path / "static", tmp_path, True
    before = Code.objects.count()

    call_command("bring_up", verbosity=0)

    assert (tmp_path / "static" / "pages" / "market.css").is_file()
    assert "broker@example.com" in (tmp_path / "demo-accounts.txt").read_text()
    assert Code.objects.count() == before > 0
    assert PlanIndicator.objects.exists()


def test_the_people_of_the_demonstration_share_one_password_and_one_hash():
    known, people = set(User.objects.values_list("pk", flat=True)), People()

    people.build("correct-horse-9")

    users = User.objects.exclude(pk__in=known)
    assert users.count() > 5
    assert all(user.check_password("correct-horse-9") for user in users)
    assert users.values("password").distinct().count() == 1
