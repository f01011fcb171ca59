"""Facts that both sides state: do they agree?"""

import math
from collections.abc import Collection

from matching.scoring.profiles import Profile

# The stages of the code list `maturity`, as the lowest readiness level (GB/T 37264, 1 to 9) that each stands for.
STAGES = {"in_development": 3, "sample": 4, "small_trial": 5, "pilot": 7, "mass_production": 9}
MOST_OVER = 9.0
DAYS_OF_A_YEAR = 365


def of(demand: Profile, achievement: Profile) -> tuple[float, ...]:
    """In the order of `features.FACTS`; NaN where a side does not state the fact."""
    return (
        _same(demand.technology_field, achievement.technology_field),
        _same(demand.local_industry, achievement.local_industry),
        _shared(demand.industries, achievement.industries),
        _shared([code[:4] for code in demand.ipc_codes], [code[:4] for code in achievement.ipc_codes]),
        _same(demand.region, achievement.region),
        maturity_short(demand, achievement),
        price_over(demand, achievement),
        years_older(demand, achievement),
        owner_record(achievement),
    )


def maturity_short(demand: Profile, achievement: Profile) -> float:
    """Readiness levels that the achievement lacks; 0 where it is as ready as asked for, or readier."""
    asked, offered = readiness(demand), readiness(achievement)
    return math.nan if asked is None or offered is None else float(max(0, asked - offered))


def price_over(demand: Profile, achievement: Profile) -> float:
    """The power of ten by which the price is over the budget, 0 to 9; 0 where it is within."""
    if demand.amount is None or achievement.amount is None or demand.amount <= 0 or achievement.amount < 0:
        return math.nan
    if achievement.amount <= demand.amount:
        return 0.0
    return min(MOST_OVER, float((achievement.amount / demand.amount).log10()))


def years_older(demand: Profile, achievement: Profile) -> float:
    """Whole years by which the achievement was published before the demand; 0 where it came within a year, or later."""
    if demand.published_on is None or achievement.published_on is None:
        return math.nan
    return float(max(0, (demand.published_on - achievement.published_on).days // DAYS_OF_A_YEAR))


def owner_record(achievement: Profile) -> float:
    """How often the number of deals that the owner has signed doubled: 0 for none, 1 for one, 2 for three."""
    return math.nan if achievement.signed is None else math.log2(1 + achievement.signed)


def readiness(profile: Profile) -> int | None:
    """The readiness level stated, or the one that the stage stands for."""
    return profile.readiness_level if profile.readiness_level is not None else STAGES.get(profile.maturity)


def _same(ours: str, theirs: str) -> float:
    return float(ours == theirs) if ours and theirs else math.nan


def _shared(ours: Collection[str], theirs: Collection[str]) -> float:
    return float(not set(ours).isdisjoint(theirs)) if ours and theirs else math.nan
