"""Imports of orders over HTTP: send a file, map it, check it, mend it, apply it, revert it."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import StreamingResponse

from muster.api.deps import OrderEditor
from muster.api.schemas.orders_bulk import ImpactBody, impact_body
from muster.api.schemas.orders_import import (
    ApplyInput,
    CellErrorBody,
    ImportAppliedBody,
    ImportBody,
    ImportCheckBody,
    ImportColumnBody,
    ImportHeadBody,
    ImportInput,
    ImportList,
    ImportOptionsBody,
    ImportRowBody,
    ImportRowList,
    ImportSummaryBody,
    ImportTargetBody,
    MendedBody,
    MendInput,
    OptionsInput,
)
from muster.api.schemas.problem import ProblemDetails
from muster.api.uploads import Uploaded, documented_file
from muster.base.order_changes import Applied
from muster.base.order_imports import (
    LINE_TARGETS,
    TARGETS,
    Import,
    ImportOptions,
    ImportRow,
    Outcome,
)
from muster.base.people import Permission
from muster.services.context import WorkspaceContext
from muster.services.orders import import_running, importing
from muster.services.orders.import_errors import error_file
from muster.services.orders.import_foreseeing import foresee_import
from muster.services.orders.import_values import is_empty, plain_text

router = APIRouter(
    prefix="/api/orders/imports",
    tags=["orders: import"],
    responses={
        status: {"model": ProblemDetails} for status in (401, 403, 404, 409, 413, 415, 422, 503)
    },
)
Id = Annotated[int, Path(ge=1, le=2**63 - 1, description="The import's number", examples=[1])]
RowNo = Annotated[int, Path(ge=1, le=2**31 - 1, description="The row's number", examples=[2])]
_COUNTED = ("insert", "update", "same", "errors", "skip", "insert_orders", "update_orders")
_CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "The file"}
}


@router.post("", openapi_extra=documented_file())
def post_import(
    context: OrderEditor,
    file: Uploaded,
    name: Annotated[
        str,
        Query(min_length=1, max_length=200, description="Of the file", examples=["orders.csv"]),
    ],
    sheet: Annotated[
        str | None,
        Query(max_length=100, description="Of a spreadsheet; else the first", examples=["Orders"]),
    ] = None,
) -> ImportBody:
    """Read a file (the body as it is, at most 50 MB and 200,000 rows) and guess its columns.

    CSV with any usual delimiter and encoding, or XLSX (also XLS, XLSB, ODS). The desk stays as it
    is. The first row is taken as a header unless it holds numbers, dates or addresses.
    """
    file_name = _printable(name) or "file"
    chosen = None if sheet is None else _printable(sheet)
    return _body(importing.upload(context, file, file_name=file_name, sheet=chosen))


@router.get("")
def get_imports(context: OrderEditor) -> ImportList:
    """List the newest imports; those nobody went on with for seven days are forgotten."""
    found = importing.list_imports(context)
    return ImportList(items=[_head(context, one) for one in found], total=len(found))


@router.get("/{import_id}")
def get_import(context: OrderEditor, import_id: Id) -> ImportBody:
    """Show an import; while it is checked or applied, `summary.progress` says how far that is."""
    return _body(importing.show_import(context, import_id))


@router.put("/{import_id}")
def put_import(context: OrderEditor, import_id: Id, wanted: ImportInput) -> ImportBody:
    """Say what columns stand for and how they are read; it then has to be checked (again)."""
    options = None
    if wanted.options is not None:
        options = _options(importing.show_import(context, import_id).options, wanted.options)
    found = importing.configure(context, import_id, mapping=wanted.mapping, options=options)
    return _body(found)


@router.post("/{import_id}/check")
def post_check(context: OrderEditor, import_id: Id) -> ImportCheckBody:
    """Say what each row would do and what is wrong with it; the desk stays as it is.

    The answer comes when all rows are checked: some seconds for 50,000. Meanwhile
    `GET /api/orders/imports/{id}` says how far it is.
    """
    return _check_body(import_running.check(context, import_id))


@router.get("/{import_id}/rows")
def get_rows(
    context: OrderEditor,
    import_id: Id,
    outcome: Annotated[
        Outcome | None, Query(description="Only rows that end so", examples=["error"])
    ] = None,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="`next` of the page before")] = 0,
    limit: Annotated[int, Query(ge=1, le=500, description="Rows of a page")] = 100,
) -> ImportRowList:
    """Page through the rows in the order of the file."""
    found = importing.show_import(context, import_id)
    rows = importing.rows_of(context, import_id, outcome=outcome, after=after, limit=limit)
    return ImportRowList(
        items=[_row(found, row) for row in rows],
        next=rows[-1].row_no if len(rows) == limit else None,
    )


@router.patch("/{import_id}/rows/{row_no}")
def patch_row(context: OrderEditor, import_id: Id, row_no: RowNo, wanted: MendInput) -> MendedBody:
    """Mend cells of a row; it and the other rows of its order are checked again."""
    found, rows = import_running.mend(context, import_id, row_no, wanted.cells)
    return MendedBody(rows=[_row(found, row) for row in rows], check=_check_body(found))


@router.post("/{import_id}/impact")
def post_import_impact(context: OrderEditor, import_id: Id) -> ImpactBody:
    """Say what the checked rows would move: segments entered and left, the day's figures."""
    return impact_body(foresee_import(context, import_id))


@router.post("/{import_id}/apply")
def post_apply(context: OrderEditor, import_id: Id, wanted: ApplyInput) -> ImportAppliedBody:
    """Put the import on the desk, as one changeset in one transaction, checked anew.

    409 IMPORT_HAS_ERRORS while there are errors and they are not to be skipped. The answer comes
    when all is written; sent again with the same op_id it is not done twice.
    """
    found, applied = import_running.apply_import(
        context, import_id, op_id=wanted.op_id, skip_errors=wanted.skip_errors
    )
    return _applied(found, applied)


@router.post("/{import_id}/revert")
def post_revert(context: OrderEditor, import_id: Id) -> ImportAppliedBody:
    """Undo an applied import; what somebody changed since stays, and is counted."""
    return _applied(*import_running.revert(context, import_id))


@router.get("/{import_id}/errors.csv", response_class=StreamingResponse, responses=_CSV)
def get_errors(context: OrderEditor, import_id: Id) -> StreamingResponse:
    """Download the bad rows: their columns as they were, then what is wrong and where.

    Texts that a spreadsheet would run get an apostrophe in front.
    """
    lines = error_file(context, import_id)
    headers = {"Content-Disposition": f'attachment; filename="import-{import_id}-errors.csv"'}
    return StreamingResponse(lines, media_type="text/csv", headers=headers)


@router.delete("/{import_id}", status_code=204)
def delete_import(context: OrderEditor, import_id: Id) -> Response:
    """Drop an import that is not applied; its rows are forgotten."""
    importing.drop(context, import_id)
    return Response(status_code=204)


def _options(present: ImportOptions, wanted: OptionsInput) -> ImportOptions:
    given = wanted.model_dump(exclude_none=True)
    if "reason" in given:
        given["reason"] = _printable(given["reason"]).strip() or None
    return replace(present, **given)


def _printable(text: str) -> str:
    """Return a text without what no file's name and no reason holds."""
    return "".join(letter for letter in text if letter.isprintable())


def _body(found: Import) -> ImportBody:
    return ImportBody(
        id=found.id,
        actor=found.actor,
        file_name=found.file_name,
        state=found.state,
        columns=[ImportColumnBody(name=one.name, sample=list(one.sample)) for one in found.columns],
        mapping=dict(found.mapping),
        options=ImportOptionsBody(**asdict(found.options)),
        targets=[
            ImportTargetBody(
                name=one.name,
                label=one.label,
                personal=one.field.personal,
                of_line=one.name in LINE_TARGETS,
            )
            for one in TARGETS.values()
        ],
        rows=found.summary["rows"],
        file=found.summary["file"],
        summary=ImportSummaryBody(
            **{name: found.summary.get(name) for name in _COUNTED},
            error_kinds=found.summary.get("error_kinds", []),
            amount=found.summary.get("amount"),
            progress=found.summary.get("progress"),
        ),
        changeset_id=found.changeset_id,
        created_at=found.created_at,
        updated_at=found.updated_at,
    )


def _head(context: WorkspaceContext, found: Import) -> ImportHeadBody:
    return ImportHeadBody(
        id=found.id,
        actor=found.actor,
        file_name=found.file_name,
        state=found.state,
        rows=found.summary["rows"],
        changeset_id=found.changeset_id,
        mine=found.actor == context.actor or context.allows(Permission.ADMINISTER),
        created_at=found.created_at,
        updated_at=found.updated_at,
    )


def _check_body(found: Import) -> ImportCheckBody:
    names = ("rows", *_COUNTED[:5], "error_kinds", "amount")
    return ImportCheckBody(**{name: found.summary[name] for name in names})


def _row(found: Import, row: ImportRow) -> ImportRowBody:
    names = [column.name for column in found.columns]
    cells = [*row.cells, *(None for _ in range(len(names) - len(row.cells)))]
    return ImportRowBody(
        row_no=row.row_no,
        cells={
            name: None if is_empty(cell) else plain_text(cell)
            for name, cell in zip(names, cells, strict=False)
        },
        errors=[CellErrorBody(**error.document()) for error in row.errors],
        outcome=row.outcome,
        order_id=row.order_id,
    )


def _applied(found: Import, applied: Applied) -> ImportAppliedBody:
    return ImportAppliedBody(
        changeset_id=applied.changeset_id,
        orders=applied.orders,
        cells=applied.cells,
        already=applied.already,
        skipped=len(applied.skipped),
        state=found.state,
    )
