"""What may be done to a contract, from its draft to its end."""

from django.utils.translation import gettext_lazy as _

from contracts.agreements import policy, problems, services
from contracts.agreements.forms import SealForm, TerminateForm, WithdrawForm
from contracts.agreements.models import TechnologyContract
from contracts.agreements.schemas import SignIn, TerminateIn, WithdrawIn
from market.kernel.actor import Actor
from market.kernel.files import FileRefused
from market.kernel.lifecycle import Endpoint, Lifecycle, Verb
from market.kernel.problems import SeveralProblems
from market.pages.fields import VersionForm
from matching.brokerage.models import Deal

State = TechnologyContract.State


def is_agreed(actor: Actor, contract: TechnologyContract) -> bool:
    """The deal stands at agreed terms, where the contract has one."""
    return contract.deal is None or contract.deal.stage == Deal.Stage.TERMS_AGREED


def is_unsealed(actor: Actor, contract: TechnologyContract) -> bool:
    return not contract.signatures.all()


def may_still_seal(actor: Actor, contract: TechnologyContract) -> bool:
    sealed = {seal.party for seal in contract.signatures.all()}
    return is_agreed(actor, contract) and policy.party_of(actor, contract) not in sealed


CONTRACTS = Lifecycle(
    TechnologyContract,
    "contract_id",
    (
        Verb(
            code="update",
            label=_("修改草稿"),
            who=policy.drafts,
            states=(State.DRAFTING,),
            service=services.update_contract,
        ),
        Verb(
            code="finalise",
            label=_("定稿并生成合同文本"),
            who=policy.drafts,
            transitions=(TechnologyContract.finalise,),
            offered=is_agreed,
            service=services.finalise_contract,
            form=VersionForm,
            question=_("定稿后生成供双方盖章的文本，并通知对方；盖章前可以退回修改。确定定稿吗？"),
            tells=("the other side",),
            endpoint=Endpoint(
                about="Close the text and draw it.",
                refusals=(
                    problems.CharactersMissing,
                    problems.ContentIncomplete,
                    problems.DealNotReady,
                    SeveralProblems,
                ),
            ),
        ),
        Verb(
            code="reopen",
            label=_("退回修改"),
            who=policy.drafts,
            transitions=(TechnologyContract.reopen,),
            offered=is_unsealed,
            service=services.reopen_contract,
            form=VersionForm,
            tells=("the other side",),
            endpoint=Endpoint(
                about="Take a final text back for changes, before any seal.", refusals=(problems.AlreadySealed,)
            ),
        ),
        Verb(
            code="sign",
            label=_("上传本方盖章扫描件"),
            who=policy.is_party,
            transitions=(TechnologyContract.sign,),
            offered=may_still_seal,
            service=services.sign_contract,
            form=SealForm,
            tells=("the other side",),
            endpoint=Endpoint(
                about="Hand in the scan with the seal of the caller's party: PDF, JPEG or PNG, at most 20 MB.",
                payload=SignIn,
                file="scan",
                refusals=(
                    problems.AlreadySealed,
                    problems.DealNotReady,
                    problems.ScanRefused,
                    problems.ScanUnlike,
                    problems.SigningDate,
                    FileRefused,
                    SeveralProblems,
                ),
            ),
        ),
        Verb(
            code="complete",
            label=_("履行完毕"),
            who=policy.is_party,
            transitions=(TechnologyContract.complete,),
            service=services.complete_contract,
            form=VersionForm,
            question=_("将记录双方义务全部履行完毕，项目随之完成，对方会收到通知，不能撤销。确定吗？"),
            tells=("the other side",),
            endpoint=Endpoint(about="Everything that was promised is done."),
        ),
        Verb(
            code="terminate",
            label=_("解除合同"),
            who=policy.is_party,
            transitions=(TechnologyContract.terminate,),
            service=services.terminate_contract,
            form=TerminateForm,
            is_grave=True,
            question=_(
                "解除后合同不再履行，对方和登记机构会收到通知，项目回到商务谈判；已登记的须另行注销。确定解除吗？"
            ),
            tells=("the other side", "registrars"),
            endpoint=Endpoint(about="Dissolve the contract.", payload=TerminateIn),
        ),
        Verb(
            code="withdraw",
            label=_("撤回合同文本"),
            who=policy.drafts,
            transitions=(TechnologyContract.withdraw,),
            service=services.withdraw_contract,
            form=WithdrawForm,
            is_grave=True,
            question=_("撤回后这份文本不再签署，对方会收到通知，项目可以另行起草合同。确定撤回吗？"),
            tells=("the other side",),
            endpoint=Endpoint(about="Give up a text that not both have signed.", payload=WithdrawIn),
        ),
    ),
)
