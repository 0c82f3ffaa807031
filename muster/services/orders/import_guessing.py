"""Guesses what the columns of a file stand for, by their names and by what they hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence

from muster.base.order_imports import LINE_TARGETS, TARGETS, DateFormat, ImportOptions, RawCell
from muster.base.orders import EMAIL_PATTERN, FIELDS, OrderFieldType
from muster.services.orders.import_values import is_empty, plain_text

_DATE = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2\d{2,4}(\D.*)?")
_COMMA_DECIMAL = re.compile(r"\D*\d{1,3}(?:[. ]?\d{3})*,\d{1,2}\D*")

Samples = Sequence[Sequence[RawCell]]
"""Of each column a few cells."""


def normalised(name: str) -> str:
    """Return a name as it is compared: words of small letters without accents.

    >>> normalised("Customer_E-Mail"), normalised("OrderDate"), normalised("Größe №")
    ('customer e mail', 'order date', 'grosse no')
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    plain = unicodedata.normalize("NFKD", spaced).casefold()
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[^\W_]+", letters))


def guess_mapping(names: Sequence[str], samples: Samples) -> dict[str, str | None]:
    """Return column -> target or None; no two columns get the same one."""
    mapping: dict[str, str | None] = dict.fromkeys(names)
    wanted = {name: normalised(name) for name in names}
    for words_of in (_own_words, _other_words):
        for target in TARGETS:
            words = words_of(target)
            for name, normal in wanted.items():
                if mapping[name] is None and target not in mapping.values() and normal in words:
                    mapping[name] = target
    for name, cells in zip(names, samples, strict=True):
        found = _by_values(cells)
        if mapping[name] is None and found is not None and found not in mapping.values():
            mapping[name] = found
    for name, cells in zip(names, samples, strict=True):
        if mapping[name] == "order_id" and not _mostly_numbers(cells):
            mapping[name] = None if "reference" in mapping.values() else "reference"
    return _without_stray_lines(mapping)


def guess_options(
    mapping: Mapping[str, str | None],
    names: Sequence[str],
    samples: Samples,
    *,
    time_zone: str,
) -> ImportOptions:
    """Return the options that fit a file's first rows."""
    by_type: dict[OrderFieldType, list[str]] = {}
    for name, cells in zip(names, samples, strict=True):
        target = mapping[name]
        if target is not None:
            texts = [cell for cell in _filled(cells) if isinstance(cell, str)]
            by_type.setdefault(TARGETS[target].field.type, []).extend(texts)
    money = by_type.get(OrderFieldType.MONEY, [])
    return ImportOptions(
        match="order_id" if "order_id" in mapping.values() else "reference",
        decimal="," if any(_COMMA_DECIMAL.fullmatch(text.strip()) for text in money) else ".",
        date_format=_date_format(by_type.get(OrderFieldType.INSTANT, [])),
        time_zone=time_zone,
    )


def _date_format(texts: Iterable[str]) -> DateFormat:
    """Return the order of a date's parts; where days and months could be either, points decide."""
    found = [match for text in texts if (match := _DATE.fullmatch(text.strip()))]
    if not found:
        return "ymd"
    if any(int(match[1]) > 12 for match in found):
        return "dmy"
    if any(int(match[3]) > 12 for match in found):
        return "mdy"
    return "mdy" if found[0][2] == "/" else "dmy"


def _own_words(target: str) -> Collection[str]:
    names = {normalised(target), normalised(TARGETS[target].label)}
    field = FIELDS.get(target)
    return names if field is None or target in LINE_TARGETS else names | {normalised(field.label)}


def _other_words(target: str) -> Collection[str]:
    return TARGETS[target].words


def _by_values(cells: Sequence[RawCell]) -> str | None:
    """Return the target whose values nothing else has."""
    filled = {plain_text(cell).lower() for cell in _filled(cells)}
    if not filled:
        return None
    if all(re.fullmatch(EMAIL_PATTERN, text) for text in filled):
        return "customer_email"
    for target in ("status", "payment_method", "channel"):
        if {re.sub(r"[\s-]+", "_", text) for text in filled} <= set(TARGETS[target].field.values):
            return target
    return None


def _without_stray_lines(mapping: dict[str, str | None]) -> dict[str, str | None]:
    """Lines need their product; without one a quantity is the order's own, which is computed."""
    if "product_id" in mapping.values() or "line_no" in mapping.values():
        return mapping
    return {name: None if target in LINE_TARGETS else target for name, target in mapping.items()}


def _filled(cells: Sequence[RawCell]) -> list[RawCell]:
    return [cell for cell in cells if not is_empty(cell)]


def _mostly_numbers(cells: Sequence[RawCell]) -> bool:
    filled = _filled(cells)
    numbers = [cell for cell in filled if re.fullmatch(r"#?\d{1,18}", plain_text(cell))]
    return len(numbers) * 2 >= len(filled)
