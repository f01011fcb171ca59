"""Human numbers: XM2026-000012, drawn from a sequence of the database."""

from datetime import datetime

from django.db import connection

from market.kernel.clock import local_date


def next_number(prefix: str, sequence: str, at: datetime) -> str:
    """The prefix, the civil year of `at`, and the sequence's next value in six digits.

    A number is drawn outside the transaction: what is rolled back leaves a gap, and none is given twice. The sequence
    goes on over the turn of the year.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [sequence])
        (value,) = cursor.fetchone() or (0,)
    return f"{prefix}{local_date(at).year}-{value:06d}"
