from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from market.kernel.numbering import next_number

pytestmark = pytest.mark.django_db
SEQUENCES = ("deal_no_seq", "contract_no_seq", "registration_no_seq", "payment_no_seq")


@pytest.fixture
def sequence() -> str:
    with connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE tests_no_seq")
    return "tests_no_seq"


def test_numbers_count_on_over_the_turn_of_the_year_in_ruijin(sequence):
    before = next_number("XX", sequence, datetime(2025, 12, 31, 15, 59, tzinfo=UTC))
    after = next_number("XX", sequence, datetime(2025, 12, 31, 16, 0, tzinfo=UTC))

    assert (before, after) == ("XX2025-000001", "XX2026-000002")


def test_a_number_that_was_rolled_back_is_not_given_again(sequence):
    at = datetime(2026, 3, 2, tzinfo=UTC)
    with transaction.atomic():
        first = next_number("XX", sequence, at)
        transaction.set_rollback(True)

    assert next_number("XX", sequence, at) != first


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_the_sequences_of_the_rooms_are_there(sequence):
    assert next_number("XX", sequence, datetime(2026, 3, 2, tzinfo=UTC)).startswith("XX2026-")
