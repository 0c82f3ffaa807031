"""Who sees personal data in clear: one decision by permission, and a trace of every such read.

What lists, samples, exports and explanations show goes through `shown_fields` or `may_show_clear`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from muster.base.datamodel import DataModel, Field, PiiClass
from muster.base.errors import InvalidInput, Problem
from muster.base.people import Permission
from muster.model.names import did_you_mean
from muster.services.context import WorkspaceContext
from muster.store import audit
from muster.store.database import Transaction

MASK = "***"
"""What stands where a personal value is hidden."""

READ_ACTION = "personal.read"

COLUMNS_PATH = "$.columns"


@dataclass(frozen=True, slots=True)
class ShownFields:
    """The attributes somebody asked for, and whether they see the personal ones in clear."""

    fields: tuple[Field, ...]
    clear: bool

    @property
    def personal(self) -> tuple[Field, ...]:
        """Those with a PII class."""
        return personal(self.fields)

    @property
    def hidden(self) -> tuple[Field, ...]:
        """Those whose values are masked."""
        return () if self.clear else self.personal

    @property
    def revealed(self) -> tuple[Field, ...]:
        """Those whose personal values are shown: the read has to be recorded."""
        return self.personal if self.clear else ()

    @property
    def mask(self) -> str | None:
        """What stands for a personal value; None: the value itself."""
        return None if self.clear else MASK


def personal(fields: Iterable[Field]) -> tuple[Field, ...]:
    """Return the fields that are hidden unless somebody may see them."""
    return tuple(field for field in fields if field.pii is not PiiClass.NONE)


def may_show_clear(context: WorkspaceContext, *, clear: bool) -> bool:
    """Return whether personal values are shown; they never are unless somebody asks for it.

    Raises:
        Forbidden: NOT_ALLOWED, they are asked for by somebody who may not see them.
    """
    if clear:
        context.require(Permission.SEE_PERSONAL)
    return clear


def shown_fields(
    context: WorkspaceContext,
    model: DataModel,
    names: Sequence[str],
    *,
    clear: bool,
    path: str = COLUMNS_PATH,
) -> ShownFields:
    """Decide which of the named attributes are shown, and how.

    Args:
        names: attributes of the data model; a repeated one counts once.
        clear: the caller asks for personal values as they are.
        path: where the names stood in the request, for the faults.

    Raises:
        InvalidInput: UNKNOWN_COLUMN, with a problem for each name that is no attribute.
        Forbidden: NOT_ALLOWED, personal values are asked for by somebody who may not see them.
    """
    problems = [
        Problem(
            "UNKNOWN_COLUMN",
            path,
            f'There is no attribute "{name}".',
            did_you_mean(name, model.attributes),
        )
        for name in names
        if name not in model.attributes
    ]
    if problems:
        raise InvalidInput.of("UNKNOWN_COLUMN", "The list of columns", problems)
    fields = tuple(model.attributes[name] for name in dict.fromkeys(names))
    return ShownFields(fields, may_show_clear(context, clear=clear))


def record_read(
    connection: Transaction,
    context: WorkspaceContext,
    what: str,
    fields: Iterable[Field | str],
    count: int,
    **details: Any,
) -> None:
    """Write into the audit log that somebody saw personal data; nothing if there was none.

    Args:
        what: what was read, e.g. ``segment/vip``.
        fields: the personal fields that were shown in clear (`ShownFields.revealed`).
        count: how many entities they were shown for; 0 is recorded too, the question was asked.
        details: more to keep, e.g. ``how="export"``, ``version=3``; no personal values.
    """
    names = [field if isinstance(field, str) else field.name for field in fields]
    if not names:
        return
    audit.record(
        connection,
        context.workspace.id,
        actor=context.actor,
        action=READ_ACTION,
        subject=what,
        after={"fields": names, "count": count, **details},
        request_id=context.request_id,
    )
