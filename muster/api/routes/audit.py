"""The audit log over HTTP: read, exported, verified; never written."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from muster.api.deps import AuditReader
from muster.api.paging import Paging, next_cursor, pages
from muster.api.schemas.audit import (
    AuditBreakBody,
    AuditEntryBody,
    AuditHeadBody,
    AuditList,
    AuditVerificationBody,
)
from muster.api.schemas.problem import ProblemDetails
from muster.base.records import AuditEntry
from muster.services import auditing
from muster.services.auditing import AuditLog
from muster.store.audit import AuditFilter

router = APIRouter(
    prefix="/api/audit",
    tags=["audit"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 404, 422, 503)},
)
_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


async def _log(
    context: AuditReader,
    installation: Annotated[
        bool, Query(description="The installation's own log instead of a workspace's")
    ] = False,
) -> AuditLog:
    if installation:
        return auditing.of_installation(context.resources, context.principal)
    return auditing.of_workspace(context)


async def _wanted(
    actor: Annotated[str | None, Query(max_length=320, description="Who, exactly")] = None,
    action: Annotated[
        str | None, Query(max_length=100, description="An action or its beginning, e.g. `rule.`")
    ] = None,
    subject: Annotated[str | None, Query(max_length=400, description="Of what, exactly")] = None,
    since: Annotated[AwareDatetime | None, Query(description="From this instant on")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Before this instant")] = None,
    text: Annotated[
        str | None, Query(max_length=200, description="Found anywhere in an entry")
    ] = None,
) -> AuditFilter:
    return AuditFilter(actor, action, subject, since, until, text)


Log = Annotated[AuditLog, Depends(_log)]
Wanted = Annotated[AuditFilter, Depends(_wanted)]


@router.get("")
def get_audit(log: Log, wanted: Wanted, page: Paging) -> AuditList:
    """List entries, the newest first."""
    found = auditing.entries_of(
        log, limit=page.per_page, offset=page.offset, before_id=page.after, wanted=wanted
    )
    return AuditList(
        items=[_entry(entry) for entry in found.items],
        total=found.total,
        page=page.page,
        pages=pages(found.total, page.per_page),
        next_cursor=next_cursor(found.items, page, lambda entry: entry.id),
    )


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The entries, the oldest first",
            "content": {"text/csv": {}, "application/x-ndjson": {}},
        }
    },
)
def get_audit_export(
    log: Log,
    wanted: Wanted,
    file_format: Annotated[
        Literal["csv", "jsonl"], Query(alias="format", description="Spreadsheet or JSON Lines")
    ] = "csv",
) -> StreamingResponse:
    """Send the log as a file while it is read; this is written into the log, too."""
    return StreamingResponse(
        auditing.export(log, file_format=file_format, wanted=wanted),
        media_type=_TYPES[file_format],
        headers={"Content-Disposition": f'attachment; filename="audit.{file_format}"'},
    )


@router.get("/verify")
def get_audit_verify(
    log: Log,
    head: Annotated[
        str | None,
        Query(max_length=200, description="Head exported earlier; finds a tail that was cut off"),
    ] = None,
) -> AuditVerificationBody:
    """Compute the chain anew and say where it does not hold, if anywhere."""
    exported = None if head is None else auditing.read_head(head, path="$.query.head")
    found = auditing.verify(log, exported=exported)
    broken = found.broken
    return AuditVerificationBody(
        chain=found.chain,
        holds=found.holds,
        entries=found.entries,
        sealed=found.sealed,
        before_chain=found.before_chain,
        head=str(found.head) if found.head else None,
        broken=None
        if broken is None
        else AuditBreakBody(position=broken.position, why=broken.why, sentence=broken.sentence),
    )


@router.get("/head")
def get_audit_head(log: Log) -> AuditHeadBody:
    """Say where the chain ends; keep the answer outside of Muster."""
    found = auditing.head(log)
    return AuditHeadBody(
        chain=log.name,
        position=found.position if found else 0,
        hash=found.hash if found else None,
        head=str(found) if found else None,
    )


def _entry(entry: AuditEntry) -> AuditEntryBody:
    return AuditEntryBody(
        id=entry.id,
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        subject=entry.subject,
        before=entry.before,
        after=entry.after,
        reason=entry.reason,
        request_id=entry.request_id,
        position=entry.position,
        hash=entry.hash,
        previous_hash=entry.previous_hash,
    )
