"""Entity tags: what can be edited carries its version, and an edit may say which one it saw."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header

from muster.base.errors import Stale

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="ETag the edit was made to; another one answers 412"),
]


def etag(version: int) -> str:
    """Return the ETag of a version.

    >>> etag(3)
    '"3"'
    """
    return f'"{version}"'


def check_match(header: str | None, version: int) -> None:
    """Raise Stale CHANGED_MEANWHILE unless the header is absent, ``*``, or names the version."""
    if header is None or header.strip() == "*":
        return
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    if etag(version) not in tags:
        raise Stale(
            "CHANGED_MEANWHILE",
            f"It is at version {version} now; the edit was made to another one.",
            hint="Read it again and repeat the edit.",
        )
