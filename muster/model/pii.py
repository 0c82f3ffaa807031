"""Recognises columns that tell who somebody is, by their names and by a few of their values."""

from __future__ import annotations

import re

from muster.base.datamodel import PiiClass
from muster.base.inspection import ColumnFacts, PhysicalType

# Tried in order. A bare `name` counts only for people (see guess_pii): products have names too.
_NAMES: tuple[tuple[str, PiiClass], ...] = (
    (r"(^|_)(ip|ip_?address|mac_?address|device_?id|cookie_?id|gaid|idfa)$", PiiClass.IDENTIFIER),
    (r"(^|_)(ssn|passport|passport_?number|tax_?id|national_?id)$", PiiClass.IDENTIFIER),
    (r"(^|_)(first|last|full|given|family|middle|nick|user|customer)_?name$", PiiClass.IDENTIFIER),
    (r"(^|_)surname$", PiiClass.IDENTIFIER),
    (r"e_?mail|phone|mobile|msisdn|(^|_)(cell|tel|fax)(_|$)", PiiClass.CONTACT),
    (r"address|street|(^|_)addr(_|$)", PiiClass.CONTACT),
    (r"(^|_)(iban|card_?number|account_?number)$", PiiClass.SENSITIVE),
    (r"religion|ethnicity|(^|_)(health|diagnosis|disability)(_|$)", PiiClass.SENSITIVE),
)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+[0-9][0-9 ()/.-]{6,}")


def guess_pii(name: str, column: ColumnFacts | None, *, of_person: bool) -> PiiClass:
    """Return the class a text field probably has; NONE when nothing speaks for another.

    Args:
        name: the field's logical name, e.g. ``first_name``.
        column: its facts, if known; only text is judged, also by its values.
        of_person: the field describes the entity itself, so a bare ``name`` is somebody's.
    """
    if column is not None and column.type is not PhysicalType.TEXT:
        return PiiClass.NONE
    if of_person and name == "name":
        return PiiClass.IDENTIFIER
    for pattern, found in _NAMES:
        if re.search(pattern, name):
            return found
    if column is not None and any(
        _EMAIL.fullmatch(value) or _PHONE.fullmatch(value) for value in _samples(column)
    ):
        return PiiClass.CONTACT
    return PiiClass.NONE


def _samples(column: ColumnFacts) -> tuple[str, ...]:
    ends = tuple(value for value in (column.minimum, column.maximum) if value is not None)
    return ends + tuple(value for value, _ in column.top_values)
