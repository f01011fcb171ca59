"""What is declared of a kind of listing and of each of its fields; every layer reads these rows.

A field's words are the `verbose_name` of its column, so that they stand once; `label` is what the page says instead,
`form_label` what the form asks.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, IntEnum
from typing import Any

from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from listings.catalog.models import Listing
from market.kernel.actor import OrganisationKind
from market.kernel.problems import Problem

Words = Any  # lazy gettext
Error = dict[str, Any]


class Tier(IntEnum):
    """Who of those that see a listing reads a field of it; its owner and the operator always do."""

    PUBLIC = 1
    SIGNED_IN = 2
    VERIFIED = 3
    NDA = 4
    OWNER = 5


class Shape(Enum):
    """What a value is: how it is accepted, asked for, shown and sent follows from it."""

    LINE = "line"
    TEXT = "text"
    WORDS = "words"  # typed between commas
    CODE = "code"
    CODES = "codes"
    CHOICE = "choice"
    PHONE = "phone"
    PLACE = "place"  # of the code list `region`
    NUMBER = "number"
    MONEY = "money"
    DAY = "day"
    FLAG = "flag"
    ROWS = "rows"  # of a table of their own, such as patents


class Section(Enum):
    """Where a form asks for a field, in this order."""

    BASICS = "basics"
    CONTENT = "content"
    RIGHTS = "rights"
    TERMS = "terms"
    ORIGIN = "origin"
    PUBLISHING = "publishing"


SECTION_WORDS: Mapping[Section, Words] = {
    Section.BASICS: _("基本信息"),
    Section.CONTENT: _("技术内容"),
    Section.RIGHTS: _("知识产权与成熟度"),
    Section.TERMS: _("合作与价格"),
    Section.ORIGIN: _("成果来源"),
    Section.PUBLISHING: _("公开与联系"),
}


class Place(Enum):
    """Where the listing's own page shows a field."""

    HEADING = "heading"
    LEAD = "lead"  # the first paragraph
    FACTS = "facts"
    BELOW = "below"  # a table of its own


class Searched(Enum):
    """How a document is found by a field."""

    NO = ""
    TEXT = "text"
    NAMES = "names"  # of people and organisations; they say nothing of rank
    CLASSES = "classes"  # codes of a classification, with those above them


class Card(Enum):
    """How a list's card shows a field."""

    NO = ""
    VALUE = "value"
    LABELLED = "labelled"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a listing; its name is that of its column.

    `most` and `least` bound the characters of a text, of each word or code, or a number; `items` how many words or
    codes there may be, and `normalise` (raises InvalidIdentifier) makes of each what is kept. `needed` is asked for by
    publishing, unless one of `instead` is there; a `deadline` must not be over then. `facet_code` makes of a code the
    one that the facet counts. `matched` names what the ranker takes the value for, a field of its `Profile`.
    """

    name: str
    shape: Shape
    tier: Tier = Tier.PUBLIC
    most: int = 0
    least: int = 0
    items: int = 0
    scheme: str = ""
    choices: type[TextChoices] | None = None
    normalise: Callable[[str], str] | None = None
    required: bool = False
    needed: bool = False
    instead: tuple[str, ...] = ()
    deadline: bool = False
    label: Words = ""
    form_label: Words = ""
    hint: Words = ""
    rows: int = 4
    section: Section = Section.CONTENT
    place: Place = Place.FACTS
    names_owner: bool = False
    in_row: bool = False
    card: Card = Card.NO
    searched: Searched = Searched.NO
    facet: str = ""
    facet_code: Callable[[str], str] | None = None
    matched: str = ""
    exchanged: bool = False

    @property
    def empty(self) -> Any:
        """The value of a field that nobody filled, and of one that its reader may not read."""
        if self.shape in {Shape.WORDS, Shape.CODES, Shape.ROWS}:
            return []
        return {Shape.NUMBER: None, Shape.MONEY: None, Shape.DAY: None, Shape.FLAG: False}.get(self.shape, "")


@dataclass(frozen=True, slots=True)
class Child:
    """Rows beneath a listing, accepted and sent with it; `field` is the name of the relation, `parent` its other end.

    An item of `data` fills `columns` and, by `stored`, what follows from them. `key` is the column by which a second
    listing of the same thing is known, which an import then passes over as `listed`. `is_same` and `take_over` say
    which row an item continues, and what of it changes; `having` those that a text names. Those of `schema` and
    `exchanged` are sent; `names` and `numbers` are by what the listing is found.
    """

    field: str
    parent: str
    model: Any
    data: Any
    schema: Any
    columns: tuple[str, ...]
    exchanged: tuple[str, ...]
    order: tuple[str, ...]
    key: str
    listed: str
    stored: Callable[[Any], dict[str, Any]]
    is_same: Callable[[Any, Any], bool]
    take_over: Callable[[Any, Any], None]
    having: Callable[[str], Q]
    names: Callable[[Any], Sequence[str]]
    numbers: Callable[[Any], Sequence[str]]

    def rows(self, listing: Any) -> Iterable[Any]:
        """The rows beneath a listing in their order."""
        return getattr(listing, self.field).order_by(*self.order)


@dataclass(frozen=True, slots=True)
class Phrases:
    """What pages say of a kind: `name` of one, `title` of their list; `count` in the two numbers of English."""

    name: Words
    title: Words
    new: Words
    new_title: Words
    count: Words
    none: Words
    amount_before: Words = ""
    unnamed: Words = ""


@dataclass(frozen=True, slots=True)
class ApiWords:
    """What the API's document says of a kind, in English."""

    data: str
    row: str
    whole: str
    list: str
    get: str
    publish: str
    load: str


def no_errors(data: Any, *, on: date) -> Sequence[Error]:
    return ()


def may_publish(row: Any, *, on: date) -> None:
    return None


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """One kind of listing. `plural` names its addresses and its API scope.

    `internal` are the columns that no owner types; `teaser` names the text of a card, `hides_owner` the switch by which
    an owner stays unnamed. A kind's own pieces: `errors` are further rules of its values, `require_publishable` raises
    those of `refusals` that forbid to publish a row, `shorthand` reads the short form of a line of a file.
    """

    code: str
    plural: str
    model: type[Listing]
    owners: frozenset[OrganisationKind]
    phrases: Phrases
    api: ApiWords
    fields: tuple[Field, ...]
    teaser: str
    hides_owner: str = ""
    children: tuple[Child, ...] = ()
    internal: frozenset[str] = frozenset()
    template: str = "catalog/listing.html"
    list_template: str = "catalog/list.html"
    errors: Callable[..., Sequence[Error]] = no_errors
    require_publishable: Callable[..., None] = may_publish
    refusals: tuple[type[Problem], ...] = ()
    shorthand: Callable[[dict[str, Any]], dict[str, Any]] = dict

    @property
    def columns(self) -> tuple[Field, ...]:
        """The fields that are columns of the row; the others are children."""
        return tuple(field for field in self.fields if field.shape is not Shape.ROWS)

    @property
    def url_name(self) -> str:
        """The page of one listing."""
        return f"catalog:{self.code}"

    @property
    def new_url_name(self) -> str:
        return f"catalog:new-{self.code}"

    @property
    def amount(self) -> str:
        """The name of the field that is its price or budget; empty where it has none."""
        return next((field.name for field in self.fields if field.shape is Shape.MONEY), "")

    @property
    def schemes(self) -> Mapping[str, str]:
        """The code list of each coded field."""
        return {field.name: field.scheme for field in self.fields if field.scheme}

    @property
    def import_columns(self) -> dict[str, str]:
        """The names of the fields by the words that may head their column in a file, in the language active now."""
        return {str(self.column_words(field)): field.name for field in self.columns}

    def words(self, field: Field) -> Words:
        """A field as the page says it."""
        return field.label or self.column_words(field)

    def question(self, field: Field) -> Words:
        """A field as its form asks for it."""
        return field.form_label or self.column_words(field)

    def column_words(self, field: Field) -> Words:
        return self.model._meta.get_field(field.name).verbose_name  # type: ignore[union-attr]
