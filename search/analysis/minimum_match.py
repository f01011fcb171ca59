"""How many of a wording's bigrams a document must hold: said once for Elasticsearch, the fallback and alerts."""

from collections.abc import Sequence

ALL_UP_TO = 3  # short wordings want all their bigrams, longer ones most: else every page holds the common characters
MISSING_PERCENT = 30
MINIMUM_SHOULD_MATCH = f"{ALL_UP_TO}<-{MISSING_PERCENT}%"

# Of what only comes close: a third of the bigrams, or most single characters; one at least.
NEAR_TOKEN_PERCENT, NEAR_CHARACTER_PERCENT = 33, 75
NEAR_TOKENS, NEAR_CHARACTERS = f"{NEAR_TOKEN_PERCENT}%", f"{NEAR_CHARACTER_PERCENT}%"
# Titles of unrelated listings have a cosine of about 0.83 by this model, those that answer a query of 0.89 and more.
NEAR_COSINE = 0.86


def near(count: int, percent: int) -> int:
    """How many of `count` tokens must be there, rounded as Elasticsearch does."""
    return max(1, count * percent // 100)


def missing(count: int) -> int:
    """How many of `count` bigrams may be absent, rounded as Elasticsearch does."""
    return 0 if count <= ALL_UP_TO else count * MISSING_PERCENT // 100


def groups(tokens: Sequence[str], may_miss: int) -> list[Sequence[str]]:
    """Neighbouring tokens in one group more than may be absent: whoever holds enough holds one group whole."""
    number = min(may_miss + 1, len(tokens))
    return [tokens[len(tokens) * at // number : len(tokens) * (at + 1) // number] for at in range(number)]
