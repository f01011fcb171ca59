"""The time, read once at the edge and passed in everywhere else."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

RUIJIN = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present instant, aware, UTC. Only endpoints, views, tasks and commands call it."""
    return datetime.now(UTC)


def local_date(at: datetime) -> date:
    """The civil date in Asia/Shanghai of an instant; it decides the year a contract counts in."""
    if at.tzinfo is None:
        raise ValueError("an instant must be aware")
    return at.astimezone(RUIJIN).date()


def today() -> date:
    """The civil date in Asia/Shanghai now."""
    return local_date(now())


def years_later(on: date, years: int) -> date:
    """The same day so many years later, or earlier where `years` is negative.

    29 February becomes 1 March of a year without one, since the years are over only then; counted backwards it
    becomes 28 February.
    """
    try:
        return on.replace(year=on.year + years)
    except ValueError:
        return date(on.year + years, 3, 1) if years > 0 else date(on.year + years, 2, 28)


def start_of_day(on: date) -> datetime:
    """The instant at which a civil date begins in Asia/Shanghai."""
    return datetime.combine(on, time.min, tzinfo=RUIJIN)
