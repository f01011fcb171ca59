"""What the database refuses, as a refusal of ours."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from market.kernel.problems import Problem


@contextmanager
def refuse_on(**refusals: type[Problem]) -> Iterator[None]:
    """Raise the refusal of the named constraint that the block breaks; any other IntegrityError stays one.

    The block is a savepoint, so that the caller's transaction can go on. A unique column's constraint is called
    `<table>_<column>_key`.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        refusal = refusals.get(broken_constraint(error))
        if refusal is None:
            raise
        raise refusal from error


def broken_constraint(error: IntegrityError) -> str:
    """The name of the constraint or unique index, "" where the server named none."""
    diagnostics = getattr(error.__cause__, "diag", None)
    return str(getattr(diagnostics, "constraint_name", None) or "")
