"""Pages of lists: numbered ones, and cursors beside them for lists that change while being read."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Query

from muster.base.errors import InvalidInput

T = TypeVar("T")
MAX_PER_PAGE = 200
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of a list is wanted.

    ``after``: the id after which to go on (from a cursor), else ``offset`` says where to begin.
    """

    page: int
    per_page: int
    after: int | None

    @property
    def offset(self) -> int:
        """How many items come before this page."""
        return 0 if self.after is not None else (self.page - 1) * self.per_page


async def _page(
    page: Annotated[int, Query(ge=1, le=1_000_000, description="Number of the page, from 1")] = 1,
    per_page: Annotated[int, Query(ge=1, le=MAX_PER_PAGE, description="Items of a page")] = 10,
    cursor: Annotated[
        str | None, Query(max_length=40, description="next_cursor of the page before; beats page")
    ] = None,
) -> PageRequest:
    return PageRequest(page, per_page, None if cursor is None else read_cursor(cursor))


Paging = Annotated[PageRequest, Depends(_page)]


def write_cursor(after: int) -> str:
    """Return the cursor of the page that begins after an id."""
    return base64.urlsafe_b64encode(str(after).encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> int:
    """Return the id in a cursor; InvalidInput BAD_CURSOR when it is none of ours."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (ValueError, binascii.Error) as error:
        raise _bad_cursor() from error
    if not text.isdecimal() or not 0 <= int(text) <= _LARGEST:
        raise _bad_cursor()
    return int(text)


def next_cursor(items: Sequence[T], request: PageRequest, id_of: Callable[[T], int]) -> str | None:
    """Return the cursor of the following page, None after a page that was not full."""
    if len(items) < request.per_page:
        return None
    return write_cursor(id_of(items[-1]))


def pages(total: int, per_page: int) -> int:
    """Return how many pages a list has; an empty one has none."""
    return -(-total // per_page)


def _bad_cursor() -> InvalidInput:
    return InvalidInput(
        "BAD_CURSOR",
        "The cursor is not one that Muster gave out.",
        path="$.query.cursor",
        hint="Send next_cursor of the page before as it was.",
    )
