"""A database of its own with invented listings, thrown away afterwards."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from random import Random
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django.test.utils import override_settings

from listings.catalog.models import Achievement, Demand, Patent, State
from market.accounts.models import Organisation
from market.kernel import clock
from market.kernel.actor import OrganisationKind
from market.reference.identifiers.credit_code import check_character
from search.index import engine
from tests.benchmarks import words

BATCH = 5000
INVENTED = 100_000
CHARACTERS = (300, 600)
FIELDS = ("01", "03", "04", "05", "06", "07", "09", "10")
REGIONS = ("360100", "360781", "360702", "350100", "440300", "110108", "310115", "430100")
MATURITIES = ("sample", "small_trial", "pilot", "mass_production")


@contextmanager
def scratch_database(name: str) -> Iterator[None]:
    """The default connection points at an empty migrated database until the block ends."""
    before = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"bench_{name}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


@contextmanager
def scratch_index() -> Iterator[None]:
    """An index of a namespace of its own, empty at first and dropped afterwards."""
    with override_settings(NAMESPACE=f"{settings.NAMESPACE}-bench"):
        engine.breaker.reset()
        engine.drop_all()
        try:
            yield
        finally:
            engine.breaker.reset()
            engine.drop_all()


def environment() -> dict[str, str]:
    """For a process beside this one: the same servers, this database, this namespace."""
    found = connection.settings_dict
    login = f"{quote(found['USER'])}:{quote(found['PASSWORD'])}@{found['HOST']}:{found['PORT']}"
    return os.environ | {
        "DATABASE_URL": f"postgresql://{login}/{found['NAME']}",
        "ELASTICSEARCH_URL": settings.ELASTICSEARCH_URL,
        "REDIS_URL": settings.REDIS_URL,
        "NAMESPACE": settings.NAMESPACE,
        "SECRET_KEY": settings.SECRET_KEY,
        "DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "market.config.settings",
    }


def peaks(program: str, rounds: int) -> list[float]:
    """KiB that a program needed at most by its own account, each time in a process of its own on this database."""
    found = []
    for _ in range(rounds):
        words = [sys.executable, "-c", program]
        answer = subprocess.run(words, env=environment(), check=True, stdout=subprocess.PIPE, text=True)
        found.append(float(json.loads(answer.stdout.splitlines()[-1])["kib"]))
    return found


def tell_peak() -> None:
    """Say what this process took at most. `ru_maxrss` would not do: across exec it keeps the parent's peak."""
    with open("/proc/self/status", encoding="ascii") as lines:
        (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM"))
    print(json.dumps({"kib": int(peak)}))


def build_listings(count: int, *, first: int = 0, patents: int = 0) -> None:
    """Published achievements of ten universities, numbered from `first` to below `count`, with so many patents each.

    From the 100,000th on they are copies of the first ones under ids of their own, made by the database.
    """
    owners = [university(serial) for serial in range(1, 11)]
    at = clock.now()
    for start in range(first, min(count, INVENTED), BATCH):
        numbers = range(start, min(start + BATCH, count, INVENTED))
        rows = Achievement.objects.bulk_create(
            _achievement(number, owners[number % 10], at - timedelta(seconds=number)) for number in numbers
        )
        Patent.objects.bulk_create(
            _patent(row, number * patents + nth)
            for number, row in zip(numbers, rows, strict=True)
            for nth in range(patents)
        )
    for start in range(max(first, INVENTED), count, INVENTED):
        copy_listings(min(INVENTED, count - start))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def copy_listings(count: int) -> None:
    """The first so many achievements with their patents once more."""
    listing, patent = (
        ", ".join(field.attname for field in model._meta.concrete_fields if field.name not in {"id", "achievement"})
        for model in (Achievement, Patent)
    )
    statement = f"""
        WITH copied AS MATERIALIZED (
            SELECT id AS old_id, uuidv7() AS new_id FROM catalog_achievement ORDER BY id LIMIT %s
        ), listed AS (
            INSERT INTO catalog_achievement (id, {listing})
            SELECT new_id, {listing} FROM copied JOIN catalog_achievement ON id = old_id
        )
        INSERT INTO catalog_patent (id, achievement_id, {patent})
        SELECT uuidv7(), new_id, {patent} FROM copied JOIN catalog_patent ON achievement_id = old_id
    """  # noqa: S608  names of the models
    with connection.cursor() as cursor:
        cursor.execute(statement, [count])


def build_demands(count: int, *, first: int = 0) -> None:
    """Published demands of ten enterprises, numbered from `first` to below `count`."""
    owners = [enterprise(serial) for serial in range(1, 11)]
    at = clock.now()
    for start in range(first, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        Demand.objects.bulk_create(
            _demand(number, owners[number % 10], at - timedelta(seconds=number)) for number in numbers
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def title_of(number: int) -> str:
    """The title of the listing with this number, the same on every run."""
    return _title(Random(number))  # noqa: S311  invented, not secret


def text_of(number: int) -> str:
    """Its text of 300 to 600 characters."""
    drawn = Random(number)  # noqa: S311
    _title(drawn)
    return _filled(drawn, words.SENTENCES)


def need_of(number: int) -> tuple[str, str]:
    """The title of the demand with this number, and what it lacks in 300 to 600 characters."""
    drawn = Random(f"demand {number}")  # noqa: S311
    return _filled_in(drawn, drawn.choice(words.WISHES)), _filled(drawn, words.NEEDS)


def queries_of(count: int, *, listings: int) -> list[str]:
    """Queries in the listings' own words: a thing, what is done with it, where."""
    drawn = Random(count)  # noqa: S311
    queries: dict[str, None] = {}
    while len(queries) < count:
        number = Random(drawn.randrange(listings))  # noqa: S311  the listing's own
        thing, way = number.choice(words.THINGS), number.choice(words.WAYS)
        spoken = (f"{thing}{way}", thing, f"{way} {drawn.choice(words.PLACES)}", f"{thing} {way}", f"{thing}如何{way}")
        queries[drawn.choice(spoken)] = None
    return list(queries)


def _title(drawn: Random) -> str:
    thing, way = drawn.choice(words.THINGS), drawn.choice(words.WAYS)
    form, quality, place = drawn.choice(words.FORMS), drawn.choice(words.QUALITIES), drawn.choice(words.PLACES)
    shapes = (
        f"{thing}{way}{form}",
        f"一种{quality}{thing}的{way}{form}",
        f"面向{place}的{thing}{way}{form}",
        f"基于{way}的{quality}{thing}{form}及应用",
    )
    return drawn.choice(shapes)


def _filled(drawn: Random, sentences: Sequence[str]) -> str:
    wanted = drawn.randint(*CHARACTERS)
    found = ""
    while len(found) < wanted:
        found += _filled_in(drawn, drawn.choice(sentences))
    return found[: CHARACTERS[1]]


def _filled_in(drawn: Random, sentence: str) -> str:
    return sentence.format(
        thing=drawn.choice(words.THINGS),
        other_thing=drawn.choice(words.THINGS),
        way=drawn.choice(words.WAYS),
        other_way=drawn.choice(words.WAYS),
        form=drawn.choice(words.FORMS),
        quality=drawn.choice(words.QUALITIES),
        other_quality=drawn.choice(words.QUALITIES),
        place=drawn.choice(words.PLACES),
        problem=drawn.choice(words.PROBLEMS),
        measure=drawn.choice(words.MEASURES),
        other_measure=drawn.choice(words.MEASURES),
        unit=drawn.choice(words.UNITS),
        low=drawn.randint(2, 60),
        high=drawn.randint(61, 980),
        count=drawn.randint(2, 48),
        hours=drawn.randint(300, 9000),
        years=drawn.randint(2, 9),
    )


def new_listing(number: int) -> Achievement:
    """One more published achievement, not yet in the database."""
    return _achievement(number, university(1), clock.now())


def university(serial: int) -> Organisation:
    return _organisation(f"12360100{serial:08d}0", OrganisationKind.UNIVERSITY, f"示例大学{serial}")


def enterprise(serial: int) -> Organisation:
    return _organisation(f"91360100{serial:08d}0", OrganisationKind.ENTERPRISE, f"示例企业{serial}")


def _organisation(code: str, kind: OrganisationKind, name: str) -> Organisation:
    facts = {"kind": kind, "name": name, "region": "360100"}
    return Organisation.objects.get_or_create(credit_code=code + check_character(code), defaults=facts)[0]


def _achievement(number: int, owner: Organisation, at: object) -> Achievement:
    drawn = Random(-number - 1)  # noqa: S311
    return Achievement(
        owner=owner,
        title=title_of(number),
        summary=text_of(number),
        keywords=[drawn.choice(words.THINGS), drawn.choice(words.WAYS)],
        technology_field=drawn.choice(FIELDS),
        local_industry="copper_and_cable",
        region=drawn.choice(REGIONS),
        maturity=drawn.choice(MATURITIES),
        ip_type="invention_patent",
        transfer_modes=["assignment", "license"],
        price=Decimal(number % 500 + 1) * 1000,
        state=State.PUBLISHED,
        published_at=at,
        created_at=at,
        updated_at=at,
    )


def _demand(number: int, owner: Organisation, at: object) -> Demand:
    drawn = Random(-number - 1)  # noqa: S311
    title, need = need_of(number)
    return Demand(
        owner=owner,
        title=title,
        difficulties=need,
        technology_field=drawn.choice(FIELDS),
        local_industry="copper_and_cable",
        region=drawn.choice(REGIONS),
        required_maturity=drawn.choice(MATURITIES),
        budget=Decimal(number % 500 + 1) * 1000,
        state=State.PUBLISHED,
        published_at=at,
        created_at=at,
        updated_at=at,
    )


def _patent(row: Achievement, serial: int) -> Patent:
    return Patent(
        achievement=row,
        publication_no=f"CN{100_000_000 + serial}B",
        patent_type=Patent.Type.INVENTION,
        title=row.title,
        applicant="示例大学",
        patentee="示例大学",
    )
