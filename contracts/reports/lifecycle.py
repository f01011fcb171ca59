"""What may be done to a report before it is published; afterwards nothing is."""

from django.utils.translation import gettext_lazy as _

from contracts.reports import policy, problems, services
from contracts.reports.forms import ReturnForm, ReviseForm
from contracts.reports.models import Report
from contracts.reports.schemas import ReturnIn
from market.kernel.lifecycle import Endpoint, Lifecycle, OtherThan, Verb
from market.pages.fields import VersionForm

State = Report.State
UNPUBLISHED = (State.DRAFT, State.RETURNED)

REPORTS = Lifecycle(
    Report,
    "report_id",
    (
        Verb(
            code="revise",
            label=_("修改"),
            who=policy.makes,
            states=UNPUBLISHED,
            service=services.revise_report,
            form=ReviseForm,
        ),
        Verb(
            code="submit",
            label=_("提交审核"),
            who=policy.submits,
            transitions=(Report.submit,),
            service=services.submit_report,
            form=VersionForm,
            tells=("approvers",),
            endpoint=Endpoint(about="Hand the draft to the second person."),
        ),
        Verb(
            code="publish",
            label=_("审核通过并发布"),
            who=policy.approves,
            transitions=(Report.publish,),
            service=services.publish_report,
            form=VersionForm,
            question=_("发布后报告冻结，对公众可见，不能修改或撤下；之后的变动另列为调整。"),
            second_person=OtherThan(lambda row: row.makers),
            tells=("makers",),
            endpoint=Endpoint(
                about="Approve and publish as the second person; the report is frozen under a snapshot of the ledger "
                "taken now.",
                refusals=(problems.PeriodNotOver, problems.LedgerBusy),
            ),
        ),
        Verb(
            code="return",
            label=_("退回"),
            who=policy.approves,
            transitions=(Report.send_back,),
            service=services.return_report,
            form=ReturnForm,
            is_grave=True,
            question=_("退回后编制人会收到原因，须修改后重新提交。"),
            tells=("makers",),
            endpoint=Endpoint(
                about="Send the report back to its makers, saying why.", payload=ReturnIn, operation="send_back"
            ),
        ),
        Verb(
            code="discard",
            label=_("删除草稿"),
            who=policy.makes,
            states=UNPUBLISHED,
            service=services.discard_report,
            form=VersionForm,
            is_grave=True,
            question=_("删除后草稿不再出现，操作记录保留。"),
        ),
    ),
)
