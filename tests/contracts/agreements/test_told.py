"""Who hears of a step: the other side and the broker, and the registry where the contract lies there."""

from contracts.agreements import services
from market.notices.models import Notice
from tests import story
from tests.cast import MONDAY
from tests.contracts.standing import run_consumers


def told(title: str) -> set[str]:
    """The names of those who were told under a title."""
    return set(Notice.objects.filter(title=title).values_list("user__name", flat=True))


def test_the_other_side_and_the_broker_are_told_of_each_step_by_the_name_of_the_technology(cast):
    contract = story.signed(cast).contract
    services.complete_contract(actor=cast.enterprise_clerk, contract_id=contract.id, version=None, at=MONDAY)

    both = {"university-clerk", "enterprise-clerk"}
    assert told(f"合同草稿已起草：{contract.title}") == both
    assert told(f"合同已定稿，请核对后盖章：{contract.title}") == both
    assert told(f"对方已盖章，请上传本方盖章扫描件：{contract.title}") == {"enterprise-clerk", "broker"}
    assert told(f"合同已履行完毕：{contract.title}") == {"university-clerk", "broker"}


def test_a_dissolution_is_told_to_the_other_side_and_to_the_registry_and_stands_on_its_page(cast, api):
    standing = story.registered(cast)

    story.dissolve(standing)
    run_consumers("registration.dissolved")

    assert told(f"合同已解除：{standing.contract.title}") == {"university-clerk", "broker", "registrar"}
    page = api.as_(cast.registrar).get(f"/registrations/{standing.registration.id}/").content.decode()
    assert "已解除" in page


def test_a_dissolution_of_what_lies_at_no_registry_is_told_to_none(cast):
    story.dissolve(story.signed(cast))
    run_consumers("registration.dissolved")

    assert "registrar" not in set(Notice.objects.values_list("user__name", flat=True))
