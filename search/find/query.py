"""What a reader typed and ticked, understood once for both engines."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext_lazy as _

from market.kernel.actor import Actor
from market.kernel.policy import audience_tokens
from market.kernel.problems import InvalidInput, Problem
from search.analysis import synonyms, text
from search.index.documents import readable_kinds
from search.index.facets import ASKED

MAX_QUERY = 2000
SORTS = ("relevance", "newest", "amount", "amount_up")
# Straight, curly and corner quotes all make a phrase; a quote without its partner is an ordinary character.
# A minus excludes only behind a blank, and never a number: -40℃ is a temperature.
_PARTS = re.compile(r"""(?P<minus>(?<=\s)-(?![0-9.]))?(?:["“”「](?P<phrase>[^"“”「」]+)["“”」]|(?P<word>\S+))""")
_BARE = re.compile(r"[^\s0-9.]\S*")  # what a minus excludes without quotes
_UNSEEN = re.compile("[\u0000-\u0008\u000b-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


class UnknownFacet(Problem):
    status = 400
    code = "unknown_facet"
    title = _("没有该筛选项")
    fields = ("facet",)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a reader may find: documents of these kinds that bear one of these audience tokens."""

    audience: Sequence[str]
    kinds: Sequence[str]


@dataclass(frozen=True)
class SearchQuery:
    """Words wanted, phrases required, words excluded; codes by facet; `sort` one of SORTS.

    `typed` is empty where nothing that anybody sees was typed.
    """

    typed: str = ""
    words: str = ""
    phrases: Sequence[str] = ()
    excluded: Sequence[str] = ()
    kind: str = ""
    facets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sort: str = "relevance"

    @property
    def is_browsing(self) -> bool:
        """Nothing was typed: the newest are shown."""
        return not (self.typed or self.words or self.phrases)

    @property
    def is_understood(self) -> bool:
        """Whether what was typed holds a word; a query that does not finds nothing, and says so."""
        return not self.typed or bool(self.words or self.phrases)

    @property
    def identifier(self) -> str:
        """The query as the number that it may be; empty where it is too long for one."""
        return text.identifier(self.typed) if len(self.typed) <= 64 else ""

    @property
    def is_identifying(self) -> bool:
        """Whether it reads like a number that leads to one thing: nothing else is like it."""
        number = self.identifier
        return len(number) >= 6 and number.isascii() and 2 * sum(map(str.isdigit, number)) > len(number)

    @cached_property
    def wordings(self) -> tuple[str, ...]:
        """The words as typed, then with one term replaced by a synonym."""
        return synonyms.wordings(self.words) if self.words else ()

    @property
    def wording(self) -> str:
        """The query as one would type it."""
        phrases = [f'"{phrase}"' for phrase in self.phrases]
        excluded = [f"-{phrase}" if _BARE.fullmatch(phrase) else f'-"{phrase}"' for phrase in self.excluded]
        return " ".join(part for part in (self.words, *phrases, *excluded) if part)

    @property
    def order(self) -> str:
        """How results are sorted: without words there is no relevance, and the newest come first."""
        return "newest" if self.sort == "relevance" and self.is_browsing else self.sort


def scope_of(actor: Actor, query: SearchQuery | None = None) -> Scope:
    """What the actor may find: of the kind asked for, within an API key's scopes, documents with one of its tokens."""
    wanted = query.kind if query else ""
    return Scope(
        audience=sorted(audience_tokens(actor)),
        kinds=[kind for kind in readable_kinds(actor) if wanted in ("", kind)],
    )


def parse(
    typed: str, *, kind: str = "", facets: Mapping[str, Sequence[str]] | None = None, sort: str = "relevance"
) -> SearchQuery:
    """Understand a query; raises InvalidInput where it is too long, UnknownFacet.

    A minus excludes where a blank stands before it, no digit behind it, and something wanted came earlier; anywhere
    else it is a hyphen or a sign. Quotes exclude numbers: 电缆 -"10kV".
    """
    if len(typed) > MAX_QUERY:
        raise InvalidInput(errors=[{"loc": ["q"], "code": "too_long", "message": str(_("查询不超过 2000 字"))}])
    for name in facets or {}:
        if name not in ASKED:
            raise UnknownFacet(facet=name)
    typed = visible(typed)
    words: list[str] = []
    phrases: list[str] = []
    excluded: list[str] = []
    for part in _PARTS.finditer(typed):
        found = part["phrase"] or part["word"] or ""
        if not text.has_words(found):
            continue
        is_excluded = part["minus"] and (words or phrases)
        (excluded if is_excluded else phrases if part["phrase"] else words).append(found)
    return SearchQuery(
        typed=typed.strip(),
        words=" ".join(words),
        phrases=tuple(phrases),
        excluded=tuple(excluded),
        kind=kind,
        facets={name: tuple(codes) for name, codes in (facets or {}).items() if codes},
        sort=sort if sort in SORTS else "relevance",
    )


def visible(typed: str) -> str:
    """The text without what nobody sees: control and bidirectional characters, halves of characters."""
    return _UNSEEN.sub(" ", typed.encode("utf-8", "replace").decode("utf-8", "replace"))


def reworded(words: str) -> list[str]:
    """Shorter wordings of a long one: its halves, by characters where it is one run of Han."""
    parts = words.split()
    if len(parts) != 1 or len(words) < 4:
        return []
    middle = (len(words) + 1) // 2
    return [words[:middle], words[middle:]]
