"""Schedules over HTTP. What a schedule's times are is part of its rule; the rest is set here."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from muster.api.deps import Operator, Reader
from muster.api.etags import IfMatch, check_match, etag
from muster.api.paging import Paging, next_cursor, pages
from muster.api.schemas.problem import ProblemDetails
from muster.api.schemas.schedule import (
    FireBody,
    ScheduleBody,
    ScheduleInput,
    ScheduleList,
    SchedulePreview,
)
from muster.base.ids import ScheduleId
from muster.rules.schedule import MAX_LENGTH
from muster.services import schedules
from muster.services.context import WorkspaceContext
from muster.services.schedules import ScheduleChange, ScheduleView
from muster.store.schedules import ScheduleFilter

router = APIRouter(
    prefix="/api/schedules",
    tags=["schedules"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 422, 503)},
)
_ONE: dict[int | str, dict[str, Any]] = {status: {"model": ProblemDetails} for status in (404, 412)}
Id = Annotated[int, Path(ge=1, le=2**63 - 1, description="The schedule's id", examples=[1])]


@router.get("", responses={404: {"model": ProblemDetails}})
def get_schedules(
    context: Reader,
    paging: Paging,
    rule: Annotated[
        str | None, Query(max_length=63, description="Of this rule", examples=["vip"])
    ] = None,
    paused: Annotated[bool | None, Query(description="Only paused ones, or only others")] = None,
) -> ScheduleList:
    """List the schedules of a workspace with their next five times."""
    found, total = schedules.list_schedules(
        context,
        wanted=ScheduleFilter(rule=rule, paused=paused),
        limit=paging.per_page,
        offset=paging.offset,
        after_id=paging.after,
    )
    return ScheduleList(
        items=[schedule_body(view) for view in found],
        total=total,
        page=paging.page,
        pages=pages(total, paging.per_page),
        next_cursor=next_cursor(found, paging, lambda view: int(view.named.schedule.id)),
    )


@router.get("/preview", responses={404: {"model": ProblemDetails}})
def preview_schedule(
    _context: Reader,
    cron: Annotated[
        str,
        Query(
            min_length=1,
            max_length=MAX_LENGTH,
            description="Five fields or a nickname",
            examples=["@daily"],
        ),
    ],
    time_zone: Annotated[
        str, Query(max_length=64, description="IANA name", examples=["Europe/Vienna"])
    ] = "UTC",
) -> SchedulePreview:
    """Show the next five times of a schedule that nobody has saved yet."""
    return SchedulePreview(
        cron=cron, time_zone=time_zone, next_fires=list(schedules.preview(cron, time_zone))
    )


@router.get("/{schedule_id}", responses={404: {"model": ProblemDetails}})
def get_schedule(context: Reader, schedule_id: Id, response: Response) -> ScheduleBody:
    """Show one schedule with its next and its last times; its revision is the ETag."""
    return _tagged(schedules.show_schedule(context, ScheduleId(schedule_id)), response)


@router.put("/{schedule_id}", responses=_ONE)
def put_schedule(
    context: Operator,
    schedule_id: Id,
    wanted: ScheduleInput,
    response: Response,
    if_match: IfMatch = None,
) -> ScheduleBody:
    """Change a schedule; what passed before is not made up for."""
    revision = _seen(context, schedule_id, if_match)
    change = ScheduleChange(
        time_zone=wanted.time_zone,
        starts_at=wanted.starts_at,
        ends_at=wanted.ends_at,
        misfire=wanted.misfire,
        grace_seconds=wanted.grace_seconds,
        paused=wanted.paused,
    )
    found = schedules.change_schedule(
        context, ScheduleId(schedule_id), change, expected_revision=revision
    )
    return _tagged(found, response)


@router.post("/{schedule_id}/pause", responses=_ONE)
def pause_schedule(
    context: Operator, schedule_id: Id, response: Response, if_match: IfMatch = None
) -> ScheduleBody:
    """Pause a schedule; pausing it twice changes nothing."""
    return _pause(context, schedule_id, if_match, response, paused=True)


@router.post("/{schedule_id}/resume", responses=_ONE)
def resume_schedule(
    context: Operator, schedule_id: Id, response: Response, if_match: IfMatch = None
) -> ScheduleBody:
    """Let a paused schedule go on from now; its pause is not made up for."""
    return _pause(context, schedule_id, if_match, response, paused=False)


def schedule_body(view: ScheduleView) -> ScheduleBody:
    """Return a schedule as sent."""
    schedule = view.named.schedule
    return ScheduleBody(
        id=schedule.id,
        rule=view.named.rule,
        title=view.named.title,
        kind=schedule.kind,
        cron=schedule.cron,
        time_zone=schedule.time_zone,
        starts_at=schedule.starts_at,
        ends_at=schedule.ends_at,
        misfire=schedule.misfire,
        grace_seconds=schedule.grace_seconds,
        paused=schedule.paused,
        next_fires=list(view.next_fires),
        last_fire_at=schedule.last_fire_at,
        fired=[FireBody(fire_at=fire.fire_at, run_id=fire.run_id) for fire in view.fired],
        revision=schedule.revision,
    )


def _pause(
    context: WorkspaceContext,
    schedule_id: int,
    if_match: str | None,
    response: Response,
    *,
    paused: bool,
) -> ScheduleBody:
    revision = _seen(context, schedule_id, if_match)
    found = schedules.pause_schedule(
        context, ScheduleId(schedule_id), paused=paused, expected_revision=revision
    )
    return _tagged(found, response)


def _seen(context: WorkspaceContext, schedule_id: int, if_match: str | None) -> int | None:
    """Return the revision that an edit was made to, None when it does not say."""
    if if_match is None or if_match.strip() == "*":
        return None
    present = schedules.show_schedule(context, ScheduleId(schedule_id)).named.schedule.revision
    check_match(if_match, present)
    return present


def _tagged(view: ScheduleView, response: Response) -> ScheduleBody:
    response.headers["ETag"] = etag(view.named.schedule.revision)
    return schedule_body(view)
