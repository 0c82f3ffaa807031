"""Draws rows for a data model: few values per column, chosen because they are awkward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from muster.base.datamodel import DataModel, EventSource, Field, FieldType
from muster.rules.duration import Duration
from muster.rules.world import Key
from tests.strategies.chooser import Chooser
from tests.strategies.moments import CLOCK_LENGTHS, DAY_LENGTHS, once_only

T = FieldType

# Each family holds texts that some way of comparing takes for equal, or for a pattern.
TEXT_FAMILIES = (
    ("sports", "Sports", "SPORTS ", "sport"),
    ("élan", "Élan", "elan", "E\u0301LAN", "ELAN"),
    ("a%b", "a_b", "axb", "a\\b", "A%B"),
    ("O'Brien", 'o"brien', "o`brien", "O''Brien"),
    ("", " ", "a", "\t"),
    ("Straße", "STRASSE", "strasse", "STRAẞE"),
    ("日本語", "日本", "日本語 1"),
    ("😀", "x😀y", "👩‍👩‍👧"),
    ("İstanbul", "istanbul", "ISTANBUL", "ıstanbul"),
    ("ΣΑΣ", "σας", "σασ", "Σας"),
    ("two\nlines", "two lines", "two", "two\n"),
    ("ﬁn", "fin", "Fin", "ǅ", "ǆ"),
    ("x.y", "x+y", "(x)", "[x]", "x|y", "$x^"),
    ("Ångström", "angstrom", "A\u030angstro\u0308m", "Øre", "ore"),
    ("null", "NULL", "0", "00", "1e3"),
    ("한글", "한글", "\u1112\u1161\u11ab\u1100\u1173\u11af", "한"),
    ("Й", "й", "И\u0306", "и"),
    ("K", "k", "\u212a", "\u212b", "å"),
    ("की", "क", "שָׁלוֹם", "שלום"),
    ("a\\%b", "a\\\\b", "a\\_", "\\", "%", "_"),
    ("-", "--", "a-b", "a]b", "a^b", "{2}"),
)
INTEGERS = (0, 1, 2, 3, -1, 5, 24, 25, 34, 35, 65, 100, -40)
BIG_INTEGERS = (2**31, -(2**31) - 1, 2**40, -(2**53) - 1, 2**62)
NUMBERS = (0.0, 1.0, 0.5, -0.25, 2.75, 10.0, -3.0, 1024.125, float(2**40), -0.0, float("nan"))
AMOUNTS = (0, 1, -1, 999, 1000, 10_000, 10_001, -5_550, 12_345, 50, 99)
BIG_AMOUNTS = (10**18 - 1, -(10**18) + 1, 10**18 - 2, 10**12)
POINTS = (
    (-33.8688, 151.2093),
    (-33.9, 151.0),
    (28.6139, 77.209),
    (19.076, 72.8777),
    (0.0, 0.0),
    (51.5, -0.12),
    (40.0, -74.0),
    (-33.0, -179.5),
    (12.5, 179.5),
    (None, 77.0),
    (10.0, None),
    (None, None),
    (float("nan"), 5.0),
    (90.0, 0.0),
    (10.0, 20.0),
    (10.0, 10.0),
    (20.0, 15.0),
)
STRING_KEYS = (
    *("u1", "u2", "U1", "o'hara", 'say "hi"', "ünï", "日本", " ", "-1", "10", "9", "a\\b"),
    *("%", "u 1", "null", "😀"),
)
INTEGER_KEYS = (1, 2, 3, 10, -5, 0, 7, 2**31, 2**40 + 1, 99, 100, 12, 2**62, 5, 4, 6)


class Pools:
    """Chooses the few values that a column may take."""

    def __init__(self, choose: Chooser, instants: Sequence[datetime], days: Sequence[date]) -> None:
        self._choose = choose
        self.instants = instants
        self.gaps = choose.some((*DAY_LENGTHS[:2], *CLOCK_LENGTHS), 3, 3)
        self._days = days
        family = choose.one(TEXT_FAMILIES)
        self._texts = [*choose.some(family, fewest=2, most=4), choose.one(TEXT_FAMILIES)[0]]

    def times(self) -> list[datetime]:
        """Return when events happen, some apart by exactly one of the gaps."""
        choose = self._choose
        found = choose.some(self.instants, fewest=3, most=7)
        for gap in choose.some(self.gaps, fewest=1):
            earlier = choose.one(found) - Duration.parse(gap).elapsed()
            found.append(once_only(earlier))
        return found

    def of(self, field: Field) -> list[Any]:
        """Return the values of one column, None among them now and then."""
        values = self._values(field)
        return values + [None] * self._choose.number(0, 2)

    def _values(self, field: Field) -> list[Any]:
        choose = self._choose
        match field.type:
            case T.STRING | T.ENUM:
                listed = choose.some(field.values, fewest=1) if field.values else []
                return [*listed, *choose.some(self._texts, fewest=0 if listed else 1, most=3)]
            case T.INTEGER:
                big = [choose.one(BIG_INTEGERS)] if choose.chance(25) else []
                return [*choose.some(INTEGERS, fewest=2, most=4), *big]
            case T.NUMBER:
                return choose.some(NUMBERS, fewest=2, most=5)
            case T.DECIMAL | T.MONEY:
                big = [choose.one(BIG_AMOUNTS)] if choose.chance(25) else []
                units = [*choose.some(AMOUNTS, fewest=2, most=4), *big]
                return [Decimal(unit).scaleb(-field.scale) for unit in units]
            case T.BOOLEAN:
                return [True, False]
            case T.DATE:
                return choose.some(self._days, fewest=2, most=5)
            case T.TIMESTAMP:
                return choose.some(self.instants, fewest=2, most=5)
            case T.LIST:
                return [self._list() for _ in range(choose.number(2, 4))]
            case T.GEO:
                return choose.some(POINTS, fewest=2, most=5)

    def _list(self) -> list[str | None]:
        picks = self._choose.row([(None, *self._texts, *self._texts)] * 3)
        return picks[: self._choose.number(0, 3)]


def draw_keys(choose: Chooser) -> list[Key]:
    """Draw the keys of up to 12 entities, all numbers or all text."""
    pool: Sequence[Key] = choose.one((INTEGER_KEYS, STRING_KEYS))
    return choose.some(pool[:14], fewest=0 if choose.chance(3) else 3, most=12)


def unknown_keys(keys: Sequence[Key]) -> tuple[Key | None, ...]:
    """Return keys of nobody, of the same type as the known ones."""
    texts = bool(keys) and isinstance(keys[0], str)
    return (None, *(STRING_KEYS if texts else INTEGER_KEYS)[14:])


def draw_entities(
    choose: Chooser, model: DataModel, pools: Pools, keys: Sequence[Key]
) -> dict[Key, Mapping[str, Any]]:
    """Draw the entities' rows."""
    columns = [_scarce(choose, pools.of(field)) for field in model.attributes.values()]
    return {key: dict(zip(model.attributes, choose.row(columns), strict=True)) for key in keys}


def _scarce(choose: Chooser, pool: list[Any]) -> list[Any]:
    """Now and then a column holds nothing at all."""
    return [None] if choose.chance(3) else pool


def draw_events(
    choose: Chooser, source: EventSource, pools: Pools, keys: Sequence[Key]
) -> list[tuple[Key | None, dict[str, Any]]]:
    """Draw up to 20 events of one source."""
    fields = {name: field for name, field in source.fields.items() if name != "id"}
    columns = [_scarce(choose, pools.of(field)) for field in fields.values()]
    # Most events belong to few entities, so that some have many and some have none.
    owners = [*keys[:3] * 3, *keys, *unknown_keys(keys)]
    times = pools.times()
    columns[list(fields).index(source.at)] = [*times, *times, None] if choose.chance(20) else times
    texts = source.id is not None and "id" not in source.fields and choose.chance(50)
    rows: list[tuple[Key | None, dict[str, Any]]] = []
    for number in range(choose.number(0, 20)):
        owner, *values = choose.row([owners, *columns])
        rows.append((owner, dict(zip(fields, values, strict=True))))
        if source.id is not None:
            rows[-1][1]["id"] = _identity(number, texts)
    if source.keep_latest:
        rows += _corrections(choose, rows)
        _make_winners_unique(source, rows)
    return rows


def _identity(number: int, texts: bool) -> Any:
    """Number the events against their order in the table; every seventh has no id."""
    if number % 7 == 6:
        return None
    return f"e{97 - number}" if texts else 97 - number


def _corrections(
    choose: Chooser, rows: list[tuple[Key | None, dict[str, Any]]]
) -> list[tuple[Key | None, dict[str, Any]]]:
    """Repeat some rows with another owner or other values and the same id."""
    if not rows:
        return []
    found = []
    for _ in range(choose.number(0, 5)):
        first, second = choose.one(rows), choose.one(rows)
        found.append((second[0], {**second[1], "id": first[1]["id"]}))
    return found


def _make_winners_unique(
    source: EventSource, rows: list[tuple[Key | None, dict[str, Any]]]
) -> None:
    """Rows of one id differ in when they came in; at most one does not say when."""
    taken: set[tuple[Any, datetime | None]] = set()
    assert source.ingested_at is not None
    for _, row in rows:
        while row["id"] is not None and (row["id"], row[source.ingested_at]) in taken:
            came_in = row[source.ingested_at] or datetime(2020, 1, 1, tzinfo=UTC)
            row[source.ingested_at] = once_only(came_in + timedelta(hours=5))
        taken.add((row["id"], row[source.ingested_at]))
