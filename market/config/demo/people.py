"""The demonstration city's organisations and accounts."""

import json
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password

from market.accounts import services as accounts
from market.accounts.actors import actor_for
from market.accounts.models import Membership, Organisation, User
from market.kernel.actor import SYSTEM, Actor, OrganisationKind
from market.reference.identifiers.credit_code import check_character

DATA = Path(__file__).parent / "data"
FOUNDED = datetime(2021, 1, 4, 1, 0, tzinfo=UTC)
ACCOUNTS_FILE = "demo-accounts.txt"


def read(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return found


class People:
    """Organisations by slug and actors by e-mail; made where they are missing."""

    def __init__(self) -> None:
        self.organisations: dict[str, Organisation] = {}
        self.actors: dict[str, Actor] = {}

    def build(self, password: str) -> None:
        """Every organisation registered and verified, every person with an account and a membership."""
        for row in read("organisations"):
            self.organisations[row["slug"]] = self._organisation(dict(row))
        # One hash for all, since it is one password and a hash is dear by design.
        encoded = make_password(password)
        for person in read("people"):
            self.actors[person["email"]] = self._person(person, encoded)

    def clerk_of(self, slug: str) -> Actor:
        return self._who(slug, "clerk")

    def finance_of(self, slug: str) -> Actor:
        return self._who(slug, "finance")

    def _who(self, slug: str, role: str) -> Actor:
        person = next(row for row in read("people") if row["organisation"] == slug and role in row["roles"])
        return self.actors[person["email"]]

    @staticmethod
    def _organisation(row: dict[str, Any]) -> Organisation:
        row.pop("slug")
        kind = OrganisationKind(row.pop("kind"))
        is_public = kind not in {OrganisationKind.ENTERPRISE, OrganisationKind.AGENCY}
        body = f"{'12' if is_public else '91'}{row['region']}{row.pop('serial'):08d}0"
        code = body + check_character(body)
        known = Organisation.objects.filter(credit_code=code).first()
        if known is None:
            known = accounts.create_organisation(actor=SYSTEM, kind=kind, credit_code=code, at=FOUNDED, **row)
        return accounts.verify_organisation(actor=SYSTEM, organisation_id=known.id, at=FOUNDED)

    def _person(self, row: dict[str, Any], encoded: str) -> Actor:
        organisation = self.organisations[row["organisation"]]
        user = User.objects.filter(email=row["email"]).first()
        if user is None or not Membership.objects.filter(user=user, organisation=organisation).exists():
            membership = accounts.add_member(
                actor=SYSTEM,
                organisation_id=organisation.id,
                email=row["email"],
                name=row["name"],
                roles=row["roles"],
                at=FOUNDED,
            )
            user = membership.user
            User.objects.filter(pk=user.pk, password__startswith=UNUSABLE_PASSWORD_PREFIX).update(password=encoded)
            EmailAddress.objects.get_or_create(
                user=user, email=user.email, defaults={"verified": True, "primary": True}
            )
        return actor_for(user, organisation.id)


def demo_password() -> str:
    """The accounts' password: from DEMO_PASSWORD, or made once and kept beside the data for the owner's eyes."""
    path = Path(settings.DATA_DIR) / ACCOUNTS_FILE
    if path.exists():
        return path.read_text(encoding="utf-8").splitlines()[0].rpartition(" ")[2]
    return os.environ.get("DEMO_PASSWORD") or secrets.token_urlsafe(9)


def write_accounts(password: str) -> Path:
    """The accounts that may be tried, in a file that only its owner reads."""
    path = Path(settings.DATA_DIR) / ACCOUNTS_FILE
    lines = [f"密码 / password: {password}", *(f"{row['email']:34}{row['name']}" for row in read("people"))]
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
