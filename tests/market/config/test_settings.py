"""What the environment may say, and what a process that serves people must be told."""

import importlib
from urllib.parse import quote

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from pydantic import ValidationError

from market.config import backends, celery
from market.config.environment import Environment

FLOORS = {"market", "search", "listings", "matching", "contracts"}  # whose tasks are ours


def test_the_parameters_of_a_database_address_reach_the_driver():
    address = "postgresql://us%40er:p%2Fw@db.example:5433/city?sslmode=verify-full&sslrootcert=/etc/ca.pem"
    found = backends.database(address, namespace="a-b")

    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == ("us@er", "p/w", "db.example", 5433)
    assert (found["NAME"], found["ENGINE"]) == ("city", "django.db.backends.postgresql")
    assert (found["OPTIONS"]["sslmode"], found["OPTIONS"]["sslrootcert"]) == ("verify-full", "/etc/ca.pem")
    assert found["OPTIONS"]["pool"]["max_size"] == 8
    assert found["TEST"]["NAME"] == "test_a_b"


@pytest.mark.parametrize(
    ("url", "host", "port", "is_tls"),
    [
        ("smtp://mail.example", "mail.example", 587, False),
        ("smtp://mail.example:25", "mail.example", 25, False),
        ("smtps://mail.example", "mail.example", 465, True),
        ("smtps://[2001:db8::1]:2465", "2001:db8::1", 2465, True),
    ],
)
def test_mail_is_never_sent_in_the_clear(url, host, port, is_tls):
    found = backends.mail(Environment(email_url=url).email_url, sender="")

    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == (host, port)
    assert (found["EMAIL_USE_SSL"], found["EMAIL_USE_TLS"]) == (is_tls, not is_tls)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("", "")


@pytest.mark.parametrize("password", ["p/w", "p+w", "p@w:#?%", "密码"])
def test_the_sender_and_the_password_of_a_mail_server_are_read_as_they_were_meant(password):
    url = f"smtps://{quote('market@city.example', safe='')}:{quote(password, safe='')}@mail.example:465"

    found = backends.mail(Environment(email_url=url).email_url, sender="")

    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("market@city.example", password)
    assert found["DEFAULT_FROM_EMAIL"] == "market@city.example"
    named = backends.mail(Environment(email_url=url).email_url, sender="a@b.example")
    assert named["DEFAULT_FROM_EMAIL"] == "a@b.example"


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


@pytest.mark.parametrize(
    "given",
    [
        {"email_url": "mail.example:25"},
        {"email_url": "smtp://mail.example:port"},
        {"email_url": "smtp://"},
        {"email_url": "http://mail.example"},
        {"s3_endpoint_url": "store.example"},
        {"s3_addressing_style": "host"},
    ],
)
def test_an_address_of_another_kind_stops_the_start(given):
    with pytest.raises(ValidationError):
        Environment(**given)


def test_files_lie_in_a_folder_until_a_bucket_is_named():
    folder = backends.private_files(Environment(s3_bucket=""))
    bucket = backends.private_files(Environment(s3_bucket="city", s3_endpoint_url="https://store.example"))

    assert folder["BACKEND"] == "django.core.files.storage.FileSystemStorage"
    assert bucket["BACKEND"] == "market.kernel.bucket.BucketStorage"
    assert (bucket["OPTIONS"]["bucket_name"], bucket["OPTIONS"]["access_key"]) == ("city", None)


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
