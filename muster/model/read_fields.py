"""Reads lookups and fields (attributes of the entity, fields of events) from model.yml."""

from __future__ import annotations

import re
from collections.abc import Mapping

from muster.base.datamodel import Field, FieldType, Fold, Lookup, PiiClass
from muster.model.names import did_you_mean, zone_names
from muster.model.section import Section

NUMERIC = frozenset({FieldType.INTEGER, FieldType.NUMBER, FieldType.DECIMAL, FieldType.MONEY})
TEXTUAL = frozenset({FieldType.STRING, FieldType.ENUM})
TEMPORAL = frozenset({FieldType.DATE, FieldType.TIMESTAMP})

_KEYS = (
    "type",
    "column",
    "label",
    "description",
    "lookup",
    "currency",
    "scale",
    "fold",
    "pii",
    "stored_as",
    "values",
    "top_values",
    "latitude",
    "longitude",
    "guessed",
)
# Keys that mean something for some types only; elsewhere they are a misunderstanding.
_TYPES_OF_KEY: Mapping[str, frozenset[FieldType]] = {
    "column": frozenset(FieldType) - {FieldType.GEO},
    "currency": frozenset({FieldType.MONEY}),
    "scale": frozenset({FieldType.DECIMAL, FieldType.MONEY}),
    "fold": TEXTUAL | {FieldType.LIST},
    "stored_as": frozenset({FieldType.TIMESTAMP}),
    "values": frozenset({FieldType.ENUM}),
    "latitude": frozenset({FieldType.GEO}),
    "longitude": frozenset({FieldType.GEO}),
}


def read_lookups(owner: Section) -> dict[str, Lookup]:
    """Read ``lookups`` of the entity or of an event."""
    found: dict[str, Lookup] = {}
    for name, section in owner.named("lookups"):
        section.allow("table", "key", "on")
        found[name] = Lookup(
            name,
            table=section.required_text("table"),
            key=section.required_text("key"),
            on=section.required_text("on"),
        )
    return found


def read_fields(
    owner: Section, key: str, *, lookups: Mapping[str, Lookup], currency: str | None
) -> dict[str, Field]:
    """Read the fields below ``key`` of their owner.

    Args:
        lookups: the owner's lookups, which a field may name.
        currency: of money fields that name none.
    """
    return {
        name: _read_field(name, section, lookups=lookups, currency=currency)
        for name, section in owner.named(key)
    }


def read_currency(section: Section) -> str | None:
    """Read an ISO 4217 code: three capital letters."""
    found = section.text("currency")
    if found and not re.fullmatch(r"[A-Z]{3}", found):
        section.faults.add(
            "BAD_CURRENCY",
            section.at("currency"),
            f'"{found}" is not a currency code.',
            "Use the three capital letters of ISO 4217, e.g. EUR.",
        )
        return None
    return found or None


def read_zone(section: Section, key: str, *, also: tuple[str, ...] = ()) -> str:
    """Read an IANA zone name, or one of the words in ``also``; empty when absent or unknown."""
    found = section.text(key)
    if found and found not in also and found not in zone_names():
        section.faults.add(
            "UNKNOWN_ZONE",
            section.at(key),
            f'"{found}" is not a time zone.',
            did_you_mean(found, (*also, *sorted(zone_names())))
            or "Use an IANA name, e.g. Europe/Vienna.",
        )
        return ""
    return found


def _read_field(
    name: str, section: Section, *, lookups: Mapping[str, Lookup], currency: str | None
) -> Field:
    section.allow(*_KEYS)
    if not section.has("type") and section.values:
        section.missing("type", "One of: " + ", ".join(FieldType) + ".")
    kind = section.choice("type", FieldType, FieldType.STRING)
    if not section.faults.within(section.at("type")):
        _check_keys_fit(section, kind)
    own_currency = read_currency(section)
    geo = kind is FieldType.GEO
    return Field(
        name=name,
        type=kind,
        column="" if geo else section.text("column", default=name),
        label=section.text("label"),
        description=section.text("description"),
        lookup=_read_lookup_name(section, lookups),
        currency=(own_currency or currency) if kind is FieldType.MONEY else None,
        scale=section.whole("scale", default=2, low=0, high=18),
        fold=section.choice("fold", Fold, Fold.NONE),
        pii=section.choice("pii", PiiClass, PiiClass.NONE),
        stored_as=read_zone(section, "stored_as", also=("utc", "instant")) or "utc",
        values=section.texts("values"),
        top_values=section.texts("top_values"),
        latitude=section.required_text("latitude") if geo else "",
        longitude=section.required_text("longitude") if geo else "",
        guessed=section.texts("guessed"),
    )


def _check_keys_fit(section: Section, kind: FieldType) -> None:
    for key, types in _TYPES_OF_KEY.items():
        if section.has(key) and kind not in types:
            section.faults.add(
                "UNFIT_KEY",
                section.at(key),
                f'"{key}" means nothing for a field of type {kind}.',
                "It belongs to: " + ", ".join(sorted(types)) + "."
                if len(types) < 5
                else "Leave it out.",
            )


def _read_lookup_name(section: Section, lookups: Mapping[str, Lookup]) -> str | None:
    found = section.text("lookup")
    if found and found not in lookups:
        section.faults.add(
            "UNKNOWN_LOOKUP",
            section.at("lookup"),
            f'There is no lookup "{found}" beside these fields.',
            did_you_mean(found, lookups) or "Declare it under `lookups`.",
        )
    return found or None
