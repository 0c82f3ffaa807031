"""Orders as a file over HTTP."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import chain

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.background import BackgroundTask

from muster.api.deps import Exporter
from muster.api.schemas.orders_export import OrderExportRequest
from muster.api.schemas.problem import ProblemDetails
from muster.services.orders.exporting import (
    Export,
    csv_chunks,
    prepare_export,
    temporary_xlsx,
)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
router = APIRouter(
    prefix="/api/orders",
    tags=["orders"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 404, 422, 503)},
)


@router.post(
    "/export",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The orders that the query finds, in its order",
            "content": {"text/csv": {}, XLSX: {}},
        }
    },
)
def post_order_export(context: Exporter, body: OrderExportRequest) -> Response:
    """Send orders as a file; this is written into the audit log."""
    export = prepare_export(context, body.query(), columns=body.columns, file_format=body.format)
    return _csv(export) if body.format == "csv" else _xlsx(export)


def _csv(export: Export) -> Response:
    chunks = csv_chunks(export)
    first = next(chunks)  # what fails, fails before the answer begins
    headers = {"Content-Disposition": f'attachment; filename="{export.file_name}"'}
    return StreamingResponse(
        chain((first,), chunks), media_type="text/csv; charset=utf-8", headers=headers
    )


def _xlsx(export: Export) -> Response:
    with ExitStack() as stack:
        path = stack.enter_context(temporary_xlsx(export))
        return FileResponse(
            path,
            media_type=XLSX,
            filename=export.file_name,
            background=BackgroundTask(stack.pop_all().close),
        )
