"""Runs over HTTP: what is refreshed, what was, and a stream of every change."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from muster.api.deps import Reader, Runner
from muster.api.paging import Paging, next_cursor, pages
from muster.api.run_bodies import log_line_body, run_body, run_detail_body
from muster.api.run_stream import run_events
from muster.api.schemas.problem import ProblemDetails
from muster.api.schemas.run import (
    RunBody,
    RunDetailBody,
    RunList,
    RunLogBody,
    TriggerBody,
    TriggeredBody,
)
from muster.base.errors import InvalidInput
from muster.base.ids import RunId
from muster.base.records import RunOrigin, RunState
from muster.services import runs, triggering
from muster.services.run_feed import RunFeed
from muster.store.run_list import RunFilter

router = APIRouter(
    prefix="/api/runs",
    tags=["runs"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 404, 422, 503)},
)
_CONFLICT: dict[int | str, dict[str, Any]] = {409: {"model": ProblemDetails}}
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events: `event: run`, `data:` a run, `id:` to resume from",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}
Id = Annotated[int, Path(ge=1, le=2**63 - 1, description="The run's id", examples=[1])]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="The same request sent twice with one key makes one run",
        examples=["9f8b6c1e"],
    ),
]


async def _wanted(
    state: Annotated[RunState | None, Query(description="Only runs in this state")] = None,
    rule: Annotated[
        str | None, Query(max_length=63, description="Only runs of this rule", examples=["vip"])
    ] = None,
    origin: Annotated[RunOrigin | None, Query(description="Only runs made by this")] = None,
    since: Annotated[AwareDatetime | None, Query(description="Made at or after it")] = None,
    dead_letter: Annotated[
        bool | None, Query(description="Only those that wait for a person, or only others")
    ] = None,
) -> RunFilter:
    return RunFilter(state, rule, origin, since, dead_letter)


async def _feed(request: Request) -> RunFeed:
    found: RunFeed = request.app.state.run_feed
    return found


@router.get("")
def get_runs(
    context: Reader, paging: Paging, wanted: Annotated[RunFilter, Depends(_wanted)]
) -> RunList:
    """List a workspace's runs, the newest first."""
    found, total = runs.list_runs(
        context,
        wanted=wanted,
        limit=paging.per_page,
        offset=paging.offset,
        before_id=paging.after,
    )
    return RunList(
        items=[run_body(run) for run in found],
        total=total,
        page=paging.page,
        pages=pages(total, paging.per_page),
        next_cursor=next_cursor(found, paging, lambda run: int(run.id)),
    )


@router.post("", status_code=202, responses=_CONFLICT)
def post_run(
    context: Runner, wanted: TriggerBody, idempotency_key: IdempotencyKey = None
) -> TriggeredBody:
    """Ask for a refresh of some rules, or all; while an equal run is queued, that one is it."""
    if wanted.all == (wanted.rules is not None):
        raise InvalidInput(
            "NOTHING_NAMED",
            "Name the rules to refresh, or say all, not both.",
            hint='Send {"rules": ["name"]} or {"all": true}.',
            path="$.body.rules",
        )
    run, made = triggering.trigger(
        context, wanted.rules, origin=RunOrigin.API, idempotency_key=idempotency_key
    )
    return TriggeredBody(run=run_body(run), made=made)


@router.get("/stream", response_class=StreamingResponse, responses=_STREAM)
async def stream_runs(
    context: Reader,
    feed: Annotated[RunFeed, Depends(_feed)],
    last_event_id: Annotated[
        str | None,
        Header(alias="Last-Event-ID", max_length=40, description="Resume after this event"),
    ] = None,
) -> StreamingResponse:
    """Stream the runs that wait or work now, and then every change of a run.

    A comment comes at least every 15 seconds. The stream ends after 15 minutes; a client then
    connects again, as browsers do by themselves, and misses nothing.
    """
    return StreamingResponse(
        run_events(context, feed, last_event_id=last_event_id),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"},
    )


@router.get("/{run_id}")
def get_run(context: Reader, run_id: Id) -> RunDetailBody:
    """Show one run: what became of each rule, and what it waits for."""
    return run_detail_body(runs.show_run(context, RunId(run_id)))


@router.get("/{run_id}/log")
def get_run_log(
    context: Reader,
    run_id: Id,
    after_id: Annotated[
        int, Query(ge=0, le=2**63 - 1, description="Only what came after this line")
    ] = 0,
    limit: Annotated[int, Query(ge=1, le=1000, description="Lines at most")] = 200,
) -> RunLogBody:
    """Read a run's log on from a line; to follow it, repeat until the state is final."""
    # the state first: whatever it says, no line of before can then be missed
    state = runs.show_run(context, RunId(run_id)).run.state
    found = runs.read_log(context, RunId(run_id), after_id=after_id, limit=limit)
    return RunLogBody(
        items=[log_line_body(line) for line in found],
        last_id=found[-1].id if found else after_id,
        state=state,
    )


@router.post("/{run_id}/cancel", status_code=202, responses=_CONFLICT)
def cancel_run(context: Runner, run_id: Id) -> RunBody:
    """Call a run off: a queued one at once, a running one as soon as its worker hears of it."""
    return run_body(triggering.cancel_run(context, RunId(run_id)))


@router.post("/{run_id}/retry", status_code=202, responses=_CONFLICT)
def retry_run(context: Runner, run_id: Id, idempotency_key: IdempotencyKey = None) -> RunBody:
    """Ask for a new run in place of one that failed or was cancelled."""
    return run_body(triggering.retry_run(context, RunId(run_id), idempotency_key=idempotency_key))
