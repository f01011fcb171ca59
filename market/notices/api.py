"""`/api/v1/notices`."""

from uuid import UUID

from ninja import Router

from market.kernel import clock
from market.kernel.api import ApiRequest, Cursor, Limit, problems
from market.kernel.paging import CursorPage, InvalidCursor, cursor_page
from market.notices import policy, services
from market.notices.models import Notice
from market.notices.schemas import NoticeOut, NoticePage

router = Router(tags=["notices"])


@router.get("", response={200: NoticePage, **problems(InvalidCursor)})
def list_notices(request: ApiRequest, cursor: Cursor = "", limit: Limit = 20) -> CursorPage[Notice]:
    """The person's inbox, newest first."""
    rows = policy.notices.visible_to(request.actor)
    return cursor_page(rows, name="notices", order=("-created_at", "-id"), cursor=cursor, limit=limit)


@router.post("/{uuid:notice_id}/read", response={200: NoticeOut, **problems()})
def read_notice(request: ApiRequest, notice_id: UUID) -> Notice:
    """Mark a notice as read."""
    return services.read_notice(actor=request.actor, notice_id=notice_id, at=clock.now())
