"""Entity tags: what can be edited carries its version, and an edit may say which one it saw."""

from __future__ import annotations

from hashlib import sha256
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


IfNoneMatch = Annotated[
    str | None,
    Header(alias="If-None-Match", description="ETag already at hand; the same one answers 304"),
]


def content_etag(version: int, content: str) -> str:
    """Return the ETag of a text that may differ within one version, e.g. by the rule's title.

    >>> content_etag(3, "{}")
    '"3-44136fa355b3678a"'
    """
    return f'"{version}-{sha256(content.encode()).hexdigest()[:16]}"'


def is_known(header: str | None, tag: str) -> bool:
    """Whether an If-None-Match header names the tag: the sender has it already."""
    if header is None:
        return False
    known = [one.strip().removeprefix("W/") for one in header.split(",")]
    return "*" in known or tag in known
