"""What may be done to an application, to a correction that waits, and to a change that waits."""

from django.utils.translation import gettext_lazy as _

from contracts.registration import policy, problems, queries, services
from contracts.registration.forms import AmendForm, AttachForm, CorrectForm, EndForm, GroundsForm, RegisterForm
from contracts.registration.models import Change, Correction, Registration
from contracts.registration.schemas import AmendIn, AttachIn, CorrectIn, EndIn, GroundsIn, RegisterIn
from market.kernel.files import FileRefused
from market.kernel.lifecycle import Endpoint, Lifecycle, OtherThan, Own, Verb, WaitsFor
from market.kernel.problems import ConfirmationNeeded, SeveralProblems
from market.pages.fields import VersionForm

State = Registration.State
FIGURE = _("成交额和技术交易额")
ENDING = (problems.DateInvalid, problems.ChangeOpen, problems.CorrectionOpen, FileRefused)


def stands(actor: object, row: Change | Correction) -> bool:
    """What the registration was proposed to become is still to be had."""
    return row.registration.state == State.REGISTERED


def no_change_waits(actor: object, row: Registration) -> bool:
    """No amendment or ending of the registration waits for its second person."""
    return not queries.waits_for_second_person(row)


def nothing_waits(actor: object, row: Registration) -> bool:
    """Neither a change nor a correction of the registration waits for its second person."""
    return no_change_waits(actor, row) and queries.open_correction(row) is None


APPROVE = Verb(
    code="approve",
    label=_("大额复审通过并登记"),
    who=policy.approves,
    transitions=(Registration.register,),
    states=(State.SECOND_REVIEW,),
    service=services.approve_registration,
    form=VersionForm,
    question=_("通过后合同即予登记，认定金额计入全市成交额，并通知双方。请先核对认定金额与合同金额。"),
    moves=FIGURE,
    second_person=OtherThan(lambda row: (row.reviewed_by_id,)),
    tells=("parties",),
    endpoint=Endpoint(
        about="Register a contract of high value as the second person.", refusals=(problems.RegistrationGrounds,)
    ),
)
APPROVE_CHANGE = Verb(
    code="approve",
    label=_("大额复审通过并办理"),
    who=policy.approves_change,
    transitions=(Change.carry_out,),
    offered=stands,
    service=services.approve_change,
    form=VersionForm,
    question=_("通过后成交额按上列内容变动，双方会收到通知，不能撤回。请先核对依据文件。"),
    moves=FIGURE,
    second_person=OtherThan(lambda row: (row.proposed_by_id,)),
    tells=("parties",),
    endpoint=Endpoint(
        about="Carry a change of high value out as the second person.",
        operation="approve_change",
        refusals=(problems.DateInvalid,),
    ),
)
APPROVE_CORRECTION = Verb(
    code="approve",
    label=_("复核通过并更正"),
    who=policy.approves_correction,
    transitions=(Correction.approve,),
    offered=stands,
    service=services.approve_correction,
    form=VersionForm,
    question=_("更正后登记内容和成交额按上列内容改写，原分录冲回，双方会收到通知。"),
    moves=FIGURE,
    second_person=OtherThan(lambda row: (row.proposed_by_id,)),
    tells=("parties",),
    endpoint=Endpoint(about="Put the registration right as the second person.", operation="approve_correction"),
)

REGISTRATIONS = Lifecycle(
    Registration,
    "registration_id",
    (
        Verb(
            code="attach",
            label=_("补交材料"),
            who=policy.applies,
            states=(State.DRAFT, State.SUPPLEMENT_REQUESTED),
            service=services.attach_document,
            form=AttachForm,
            endpoint=Endpoint(
                about="Add a paper before handing in, or in answer to what is to be corrected; none replaces another.",
                payload=AttachIn,
                file="document",
                refusals=(FileRefused,),
            ),
        ),
        Verb(
            code="submit",
            label=_("提交登记申请"),
            who=policy.applies,
            transitions=(Registration.submit,),
            service=services.submit_registration,
            form=VersionForm,
            tells=("registrars",),
            endpoint=Endpoint(about="Hand the application to the registry.", refusals=(problems.RegistrationGrounds,)),
        ),
        Verb(
            code="accept",
            label=_("受理"),
            who=policy.decides,
            transitions=(Registration.accept,),
            service=services.accept_registration,
            form=VersionForm,
            tells=("applicant",),
            endpoint=Endpoint(about="Accept the application and start the registry's clock."),
        ),
        Verb(
            code="register",
            label=_("予以登记"),
            who=policy.decides,
            transitions=(Registration.register, Registration.escalate),
            states=(State.ACCEPTED,),  # from the second review only `approve` leads on
            service=services.register_contract,
            form=RegisterForm,
            moves=FIGURE,
            second_person=WaitsFor(APPROVE),
            tells=("parties", "approvers"),
            endpoint=Endpoint(
                about="Register the contract under the number that the national system gave; a high value goes to a "
                "second person.",
                payload=RegisterIn,
                refusals=(
                    problems.NumberInvalid,
                    problems.NumberTaken,
                    problems.AmountsInvalid,
                    problems.AmountAboveContract,
                    problems.DifferenceUnexplained,
                    ConfirmationNeeded,
                    problems.DateInvalid,
                    problems.RegistrationGrounds,
                    SeveralProblems,
                ),
            ),
        ),
        APPROVE,
        Verb(
            code="send_back",
            label=_("退回登记员"),
            who=policy.approves,
            transitions=(Registration.send_back,),
            service=services.send_back_registration,
            form=GroundsForm,
            second_person=OtherThan(lambda row: (row.reviewed_by_id,)),
            tells=("reviewer",),
            endpoint=Endpoint(
                about="Give the application back to the registrar as the second person.",
                payload=GroundsIn,
                refusals=(problems.GroundsUnknown,),
            ),
        ),
        Verb(
            code="request_supplement",
            label=_("要求补正"),
            who=policy.decides,
            transitions=(Registration.request_supplement,),
            service=services.request_supplement,
            form=GroundsForm,
            tells=("applicant",),
            endpoint=Endpoint(
                about="Send the application back for what is to be supplemented.",
                payload=GroundsIn,
                formerly="request-correction",
                refusals=(problems.GroundsUnknown,),
            ),
        ),
        Verb(
            code="refuse",
            label=_("不予登记"),
            who=policy.decides_or_approves,
            transitions=(Registration.refuse,),
            service=services.refuse_registration,
            form=GroundsForm,
            is_grave=True,
            question=_("不予登记后本次申请结束，申请单位会收到通知和原因；合同可以重新申请。"),
            tells=("parties", "reviewer"),
            endpoint=Endpoint(
                about="Refuse to register the contract.", payload=GroundsIn, refusals=(problems.GroundsUnknown,)
            ),
        ),
        Verb(
            code="amend",
            label=_("变更登记"),
            who=policy.decides,
            states=(State.REGISTERED,),
            offered=no_change_waits,
            service=services.amend_registration,
            form=AmendForm,
            moves=FIGURE,
            second_person=WaitsFor(APPROVE_CHANGE),
            tells=("parties", "approvers"),
            endpoint=Endpoint(
                about="""Change both amounts to new totals; the figure moves by the difference on the given date.

    Sent as a form with the supplementary agreement. A high value, before or after, waits for a second person: the
    registration is then as before, and `change_id` names what waits.
    """,
                payload=AmendIn,
                file="document",
                refusals=(
                    *ENDING,
                    problems.AmountsInvalid,
                    problems.NothingToAmend,
                    ConfirmationNeeded,
                    SeveralProblems,
                ),
            ),
        ),
        Verb(
            code="correct",
            label=_("更正登记"),
            who=policy.decides,
            states=(State.REGISTERED,),
            offered=nothing_waits,
            service=services.correct_registration,
            form=CorrectForm,
            moves=FIGURE,
            second_person=WaitsFor(APPROVE_CORRECTION),
            tells=("second people",),
            endpoint=Endpoint(
                about="Propose what the registration should have said from the start; a second person puts it right.",
                payload=CorrectIn,
                refusals=(
                    problems.AmountsInvalid,
                    problems.NothingToCorrect,
                    problems.ChangeOpen,
                    problems.CorrectionOpen,
                    ConfirmationNeeded,
                    problems.NumberInvalid,
                    problems.NumberTaken,
                    problems.DateInvalid,
                    SeveralProblems,
                ),
            ),
        ),
        Verb(
            code="cancel",
            label=_("注销登记"),
            who=policy.decides,
            transitions=(Registration.cancel,),
            offered=no_change_waits,
            service=services.cancel_registration,
            form=EndForm,
            is_grave=True,
            question=_("注销后全部认定金额自生效日期起从成交额中减去，双方会收到通知，登记不能恢复。"),
            moves=FIGURE,
            second_person=WaitsFor(APPROVE_CHANGE),
            tells=("parties", "approvers"),
            endpoint=Endpoint(
                about="Cancel the registration of a dissolved contract; a high value waits for a second person.",
                payload=EndIn,
                file="document",
                refusals=ENDING,
            ),
        ),
        Verb(
            code="revoke",
            label=_("撤销登记"),
            who=policy.decides,
            transitions=(Registration.revoke,),
            offered=no_change_waits,
            service=services.revoke_registration,
            form=EndForm,
            is_grave=True,
            question=_("撤销后全部认定金额自生效日期起从成交额中减去，双方会收到通知，登记不能恢复。"),
            moves=FIGURE,
            second_person=WaitsFor(APPROVE_CHANGE),
            tells=("parties", "approvers"),
            endpoint=Endpoint(
                about="Revoke a registration: fraud, nullity, duplicate; a high value waits for a second person.",
                payload=EndIn,
                file="document",
                refusals=ENDING,
            ),
        ),
    ),
)

CHANGES = Lifecycle(
    Change,
    "change_id",
    (
        APPROVE_CHANGE,
        Verb(
            code="decline",
            label=_("复审不通过"),
            who=policy.decides_change,
            transitions=(Change.decline,),
            service=services.decline_change,
            form=VersionForm,
            question=_("登记保持不变，提出人会收到通知。"),
            own=Own(lambda row: (row.proposed_by_id,), _("撤回变动申请"), _("登记保持不变，不再送复审。确定撤回吗？")),
            tells=("proposer",),
            endpoint=Endpoint(about="Leave the registration as it is.", operation="decline_change"),
        ),
    ),
)

CORRECTIONS = Lifecycle(
    Correction,
    "correction_id",
    (
        APPROVE_CORRECTION,
        Verb(
            code="decline",
            label=_("不予更正"),
            who=policy.decides_correction,
            transitions=(Correction.decline,),
            service=services.decline_correction,
            form=VersionForm,
            question=_("登记内容保持不变，提出人会收到通知。"),
            own=Own(lambda row: (row.proposed_by_id,), _("撤回更正"), _("登记内容保持不变，不再送复核。确定撤回吗？")),
            tells=("proposer",),
            endpoint=Endpoint(about="Leave the registration as it is.", operation="decline_correction"),
        ),
    ),
)
