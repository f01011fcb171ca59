"""A region is looked up, narrowed, and no grouping row: else its contracts would be in no figure."""

import pytest

from market.accounts.forms import OrganisationForm
from market.accounts.models import Organisation
from market.accounts.services import create_organisation
from market.kernel.actor import OrganisationKind
from market.kernel.problems import InvalidInput
from tests.cast import MONDAY, credit_code

REFUSED = ["999999", "000000", "360701", "369900", "360781001", "36078", "三六零七八一"]


def body(region: str) -> dict[str, str]:
    return {"kind": "enterprise", "name": "示例新企业", "credit_code": credit_code(99), "region": region}


@pytest.mark.parametrize("typed", ["３６０７８１", " 360781 ", "362134"])
def test_a_full_width_or_former_code_is_stored_as_the_present_one(cast, api, typed):
    answer = api.as_(cast.stranger).send("post", "/organisations", body(typed))

    assert answer.status_code == 201
    assert Organisation.objects.get(name="示例新企业").region == "360781"


@pytest.mark.parametrize("typed", ["٣٦٠٧٨١", *REFUSED])
def test_what_names_no_division_is_refused_in_form_and_api_alike(cast, api, typed):
    answer = api.as_(cast.stranger).send("post", "/organisations", body(typed))

    assert (answer.status_code, OrganisationForm(body(typed)).is_valid()) == (422, False)
    assert not Organisation.objects.filter(name="示例新企业").exists()


def test_a_grouping_row_is_refused_wherever_an_organisation_is_made(cast, api):
    answer = api.as_(cast.stranger).send("post", "/organisations", body("360701"))
    form = OrganisationForm(body("360701"))
    with pytest.raises(InvalidInput) as refused:
        create_organisation(
            actor=cast.operator,
            kind=OrganisationKind.ENTERPRISE,
            name="示例新企业",
            credit_code=credit_code(99),
            region="360701",
            at=MONDAY,
        )

    assert answer.status_code == 422
    assert form.errors["region"] == ["该代码只用于汇总，不能作为单位所在地"]
    assert refused.value.data["errors"][0]["loc"] == ["region"]


@pytest.mark.parametrize("typed", ["360100", "110108", "350203", "440305"])
def test_divisions_elsewhere_are_known_by_the_one_above_them(cast, api, typed):
    assert api.as_(cast.stranger).send("post", "/organisations", body(typed)).status_code == 201
