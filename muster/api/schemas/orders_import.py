"""Bodies about imports of orders."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from muster.base.order_imports import DateFormat, ImportState, Match, Outcome
from muster.base.orders import STATUSES

Cell = Annotated[str, Field(max_length=10_000)] | bool | int | float | None
_NAME = Annotated[str, Field(min_length=1, max_length=120)]
Status = Literal[
    "pending",
    "confirmed",
    "processing",
    "shipped",
    "delivered",
    "on_hold",
    "cancelled",
    "returned",
    "refunded",
]
assert Status.__args__ == STATUSES  # type: ignore[attr-defined]


class ImportColumnBody(BaseModel):
    """A column of the file."""

    name: str = Field(description="Made unique, or made up if it has none", examples=["Order no"])
    sample: list[str] = Field(description="Its first values, at most five", examples=[["1001"]])


class ImportTargetBody(BaseModel):
    """What a column may stand for."""

    name: str = Field(description="In the mapping", examples=["customer_email"])
    label: str = Field(description="For people", examples=["Customer: e-mail"])
    personal: bool = Field(description="Only for whoever sees personal data", examples=[True])
    of_line: bool = Field(description="Said of a line; each row is one", examples=[False])


class ImportOptionsBody(BaseModel):
    """How the cells are read and what may be done."""

    match: Match = Field(description="By what orders are found", examples=["reference"])
    create: bool = Field(description="Make orders that are not there", examples=[True])
    update: bool = Field(description="Change orders that are there", examples=[True])
    empty: Literal["leave", "clear"] = Field(
        description="What an empty cell means for an order that is there", examples=["leave"]
    )
    decimal: Literal[".", ","] = Field(description="Decimal mark of texts", examples=["."])
    date_format: DateFormat = Field(
        description="Order of a date's parts; ISO 8601 is always read", examples=["dmy"]
    )
    time_zone: str = Field(
        description="Of dates without one; an IANA name", examples=["Europe/Vienna"]
    )
    status: str = Field(description="Of new orders that say none", examples=["pending"])
    reason: str | None = Field(
        description="For steps that need one, such as cancelling", examples=["Stock count"]
    )


class ErrorKindBody(BaseModel):
    """Errors of one kind."""

    code: str = Field(description="What is wrong", examples=["UNKNOWN_PRODUCT"])
    field: str | None = Field(description="Of which field", examples=["product_id"])
    count: int = Field(description="How often", examples=[3])


class ImportProgressBody(BaseModel):
    """How far a check or an apply that is under way is."""

    doing: Literal["check", "apply", "write"] = Field(
        description="`write`: all rows are planned and go to the desk now", examples=["check"]
    )
    done: int = Field(description="Rows", examples=[12000])
    of: int = Field(description="Rows", examples=[50000])


class ImportSummaryBody(BaseModel):
    """What the rows come to; null before the check."""

    insert: int | None = Field(description="Rows that make new orders", examples=[10])
    update: int | None = Field(description="Rows that change orders", examples=[30])
    same: int | None = Field(description="Rows that are as the desk has them", examples=[1])
    errors: int | None = Field(description="Rows with an error", examples=[7])
    skip: int | None = Field(
        description="Rows left out: of an order with a bad row, or not to be updated", examples=[0]
    )
    insert_orders: int | None = Field(description="Orders that are new", examples=[10])
    update_orders: int | None = Field(description="Orders that change", examples=[30])
    error_kinds: list[ErrorKindBody] = Field(description="The commonest first, at most 100")
    amount: str | None = Field(
        description="What the totals of all orders move by; null also after a row was mended",
        examples=["1204.50"],
    )
    progress: ImportProgressBody | None = Field(description="Null: nobody is at work on it")


class ImportBody(BaseModel):
    """A file of orders on its way in."""

    id: int = Field(description="Its number", examples=[1])
    actor: str = Field(description="Who began it", examples=["ann@example.com"])
    file_name: str = Field(description="As it was sent", examples=["orders.csv"])
    state: ImportState = Field(description="How far it is", examples=["checked"])
    columns: list[ImportColumnBody] = Field(description="Of the file")
    mapping: dict[str, str | None] = Field(
        description="Column -> what it stands for", examples=[{"Order no": "reference"}]
    )
    options: ImportOptionsBody = Field(description="How it is read")
    targets: list[ImportTargetBody] = Field(description="What a column may stand for")
    rows: int = Field(description="Rows that are not blank", examples=[48])
    file: dict[str, Any] = Field(
        description="How the file was read: format, encoding, delimiter, header, sheets, sheet",
        examples=[{"format": "csv", "encoding": "utf-8", "delimiter": ",", "header": True}],
    )
    summary: ImportSummaryBody = Field(description="What it would do, or did")
    changeset_id: int | None = Field(description="What it did, once applied", examples=[12])
    created_at: datetime = Field(description="When it was read")
    updated_at: datetime = Field(description="When it last changed")


class ImportHeadBody(BaseModel):
    """An import in the list."""

    id: int = Field(description="Its number", examples=[1])
    actor: str = Field(description="Who began it", examples=["ann@example.com"])
    file_name: str = Field(description="As it was sent", examples=["orders.csv"])
    state: ImportState = Field(description="How far it is", examples=["applied"])
    rows: int = Field(description="Rows that are not blank", examples=[48])
    changeset_id: int | None = Field(description="What it did, once applied", examples=[12])
    mine: bool = Field(description="Who asks may go on with it", examples=[True])
    created_at: datetime = Field(description="When it was read")
    updated_at: datetime = Field(description="When it last changed")


class ImportList(BaseModel):
    """The newest imports."""

    items: list[ImportHeadBody] = Field(description="Newest first, at most 100")
    total: int = Field(description="How many are listed", examples=[1])


class ImportCheckBody(BaseModel):
    """What a check found."""

    rows: int = Field(description="Rows that are not blank", examples=[48])
    insert: int = Field(description="Rows that make new orders", examples=[10])
    update: int = Field(description="Rows that change orders", examples=[30])
    same: int = Field(description="Rows that are as the desk has them", examples=[1])
    errors: int = Field(description="Rows with an error", examples=[7])
    skip: int = Field(description="Rows left out", examples=[0])
    error_kinds: list[ErrorKindBody] = Field(description="The commonest first, at most 100")
    amount: str | None = Field(
        description="What the totals of all orders move by", examples=["1204.50"]
    )


class CellErrorBody(BaseModel):
    """What is wrong with a cell."""

    column: str | None = Field(description="Null: with the row", examples=["Qty"])
    field: str | None = Field(description="What the column stands for", examples=["quantity"])
    code: str = Field(description="What is wrong", examples=["NOT_A_NUMBER"])
    sentence: str = Field(description="In words", examples=["Quantity must be a number."])
    value: str | None = Field(description="What the file has", examples=["two"])


class ImportRowBody(BaseModel):
    """A row of the file."""

    row_no: int = Field(description="As a spreadsheet counts", examples=[17])
    cells: dict[str, str | None] = Field(
        description="Column -> text", examples=[{"Order no": "A-1", "Qty": "two"}]
    )
    errors: list[CellErrorBody] = Field(description="What is wrong; of a skipped row, why it is")
    outcome: Outcome | None = Field(description="Null before the check", examples=["error"])
    order_id: int | None = Field(description="The order it is, as far as known", examples=[12])


class ImportRowList(BaseModel):
    """Some rows of an import."""

    items: list[ImportRowBody] = Field(description="In the order of the file")
    next: int | None = Field(description="Send it as `after` for more; null: no more")


class MendedBody(BaseModel):
    """What became of a mended row, and of the others of its order."""

    rows: list[ImportRowBody] = Field(description="The rows that were checked again")
    check: ImportCheckBody = Field(description="What the whole import comes to now")


class ImportAppliedBody(BaseModel):
    """What applying, or reverting, did."""

    changeset_id: int | None = Field(
        description="Null if everything was as in the file already", examples=[12]
    )
    orders: int = Field(description="Orders that changed", examples=[40])
    cells: int = Field(description="Cells that changed; a new row counts as one", examples=[55])
    already: bool = Field(description="It had been done before under this op_id", examples=[False])
    skipped: int = Field(
        description="Of a revert: cells that somebody changed since; they stay", examples=[0]
    )
    state: ImportState = Field(description="How far the import is now", examples=["applied"])


class OptionsInput(BaseModel):
    """Options that are to change; the others stay."""

    model_config = ConfigDict(extra="forbid")

    match: Match | None = Field(
        default=None, description="By what orders are found", examples=["reference"]
    )
    create: bool | None = Field(
        default=None, description="Make orders that are not there", examples=[True]
    )
    update: bool | None = Field(
        default=None, description="Change orders that are there", examples=[True]
    )
    empty: Literal["leave", "clear"] | None = Field(
        default=None, description="What an empty cell means", examples=["leave"]
    )
    decimal: Literal[".", ","] | None = Field(
        default=None, description="Decimal mark of texts", examples=["."]
    )
    date_format: DateFormat | None = Field(
        default=None, description="Order of a date's parts", examples=["dmy"]
    )
    time_zone: Annotated[str, Field(max_length=64)] | None = Field(
        default=None, description="Of dates without one; an IANA name", examples=["Europe/Vienna"]
    )
    status: Status | None = Field(
        default=None, description="Of new orders that say none", examples=["pending"]
    )
    reason: Annotated[str, Field(max_length=500)] | None = Field(
        default=None, description="For steps that need one; empty: none", examples=["Stock count"]
    )


class ImportInput(BaseModel):
    """What is to change about an import."""

    model_config = ConfigDict(extra="forbid")

    mapping: Annotated[dict[_NAME, _NAME | None], Field(max_length=200)] | None = Field(
        default=None,
        description="Columns with what they stand for; others keep theirs",
        examples=[{"Order no": "reference"}],
    )
    options: OptionsInput | None = Field(default=None, description="Options that are to change")


class MendInput(BaseModel):
    """Cells of a row that are to hold something else."""

    model_config = ConfigDict(extra="forbid")

    cells: Annotated[dict[_NAME, Cell], Field(min_length=1, max_length=200)] = Field(
        description="Column -> value", examples=[{"Qty": "2"}]
    )


class ApplyInput(BaseModel):
    """How an import is applied."""

    model_config = ConfigDict(extra="forbid")

    op_id: UUID = Field(
        description="The same one again is not done twice",
        examples=["7f3b0c1e-0a52-4a52-9f0e-0d9c6a2f1b11"],
    )
    skip_errors: bool = Field(
        default=False, description="Leave out orders with bad rows", examples=[False]
    )
