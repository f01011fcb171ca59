"""What the environment may say, and what a process that serves people must be told."""

import importlib

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from pydantic import ValidationError

from market.config import celery
from market.config.environment import Environment
from market.config.settings import database

FLOORS = {"market", "search", "listings", "matching", "contracts"}  # whose tasks are ours


def test_the_parameters_of_a_database_address_reach_the_driver():
    found = database("postgresql://us%40er:p%2Fw@db.example:5433/city?sslmode=verify-full&sslrootcert=/etc/ca.pem")

    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == ("us@er", "p/w", "db.example", 5433)
    assert (found["NAME"], found["ENGINE"]) == ("city", "django.db.backends.postgresql")
    assert (found["OPTIONS"]["sslmode"], found["OPTIONS"]["sslrootcert"]) == ("verify-full", "/etc/ca.pem")
    assert found["OPTIONS"]["pool"]["max_size"] == 8


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, ["SECRET_KEY", "EMAIL_URL"]),
        ({"secret_key": "k"}, ["EMAIL_URL"]),
        ({"email_url": "smtps://u:p@mail.example:465"}, ["SECRET_KEY"]),
        ({"demo": True}, ["SECRET_KEY"]),
        ({"demo": True, "secret_key": "k"}, []),
        ({"debug": True}, []),
        ({"secret_key": "k", "email_url": "smtp://mail.example"}, []),
    ],
)
def test_nobody_is_served_without_a_key_of_all_processes_and_a_way_for_e_mails(given, missing, monkeypatch):
    for name in ("SECRET_KEY", "EMAIL_URL", "DEMO", "DEBUG"):
        monkeypatch.delenv(name, raising=False)

    assert Environment(**given).missing() == missing


def test_each_process_that_serves_refuses_to_start_then(settings):
    settings.MISSING_SETTINGS = ["SECRET_KEY", "EMAIL_URL"]

    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY, EMAIL_URL"):
        call_command("relay")
    with pytest.raises(ImproperlyConfigured):
        importlib.import_module("market.config.wsgi")
    with pytest.raises(SystemExit):
        celery.worker_init.send(sender=None)
    with pytest.raises(SystemExit):
        celery.beat_init.send(sender=None)


def test_an_address_of_another_kind_stops_the_start():
    with pytest.raises(ValidationError):
        Environment(email_url="mail.example:25")


def test_the_route_of_each_task_is_declared_in_one_place():
    """`queue` on a task is gone with Celery 6."""
    celery.app.loader.import_default_modules()
    names = {name: task for name, task in celery.app.tasks.items() if name.split(".")[0] in FLOORS}
    queues = {name: celery.app.amqp.router.route({}, name)["queue"].name for name in names}

    assert [name for name, task in names.items() if getattr(task, "queue", None)] == []
    assert {name for name, queue in queues.items() if queue == "events"} == {
        "market.kernel.tasks.deliver",
        "market.kernel.tasks.resume_stalled_jobs",
        "market.kernel.tasks.prune",
        "market.kernel.tasks.mail_audit_head",
        "search.saved.tasks.tell_saved_searches",
        "search.saved.tasks.prune_saved_search_hits",
        "contracts.reports.tasks.draft_last_month",
    }
    assert set(queues.values()) == {"events", "jobs"}
