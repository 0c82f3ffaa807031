"""The feed of notifications over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from muster.api.deps import Reader
from muster.api.paging import Paging, next_cursor, pages
from muster.api.schemas.notification import MarkedRead, NotificationBody, NotificationList
from muster.api.schemas.problem import ProblemDetails
from muster.base.ids import NotificationId
from muster.base.notices import Notification
from muster.services import feed

router = APIRouter(
    prefix="/api/notifications",
    tags=["notifications"],
    responses={
        401: {"model": ProblemDetails},
        403: {"model": ProblemDetails},
        404: {"model": ProblemDetails},
        422: {"model": ProblemDetails},
    },
)

_LARGEST = 2**63 - 1


@router.get("")
def get_notifications(
    context: Reader,
    paging: Paging,
    unread: Annotated[bool, Query(description="Only what you have not read")] = False,
) -> NotificationList:
    """List what the workspace was told, newest first."""
    found = feed.read_feed(
        context,
        unread_only=unread,
        before_id=paging.after,
        offset=paging.offset,
        limit=paging.per_page,
    )
    return NotificationList(
        items=[_body(item) for item in found.items],
        total=found.total,
        unread=found.unread,
        page=paging.page,
        pages=pages(found.total, paging.per_page),
        next_cursor=next_cursor(found.items, paging, lambda item: int(item.id)),
    )


@router.post("/read-all")
def post_read_all(
    context: Reader,
    up_to: Annotated[
        int | None,
        Query(ge=1, le=_LARGEST, description="The newest you saw; later ones stay unread"),
    ] = None,
) -> MarkedRead:
    """Mark all notifications as read by you."""
    newest = None if up_to is None else NotificationId(up_to)
    return MarkedRead(marked=feed.mark_all_read(context, up_to=newest))


@router.post("/{notification_id}/read")
def post_read(
    context: Reader,
    notification_id: Annotated[int, Path(ge=1, le=_LARGEST, description="Id of the notification")],
) -> NotificationBody:
    """Mark one notification as read by you."""
    return _body(feed.mark_read(context, NotificationId(notification_id)))


def _body(item: Notification) -> NotificationBody:
    return NotificationBody(
        id=item.id,
        at=item.at,
        kind=item.kind,
        severity=item.severity,
        subject=item.subject,
        title=item.title,
        body=item.body,
        data=item.data,
        read=item.read,
    )
