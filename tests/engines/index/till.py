"""A small world of sales for tests of event questions: awkward times, nulls, two like sources."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from muster.base import json_value
from muster.base.datamodel import DataModel, EventUnion
from muster.compile.atoms import atoms_of
from muster.compile.bind import BoundRule, bind_rule
from muster.engines.index.executor import IndexExecutor
from muster.engines.index.layout import BLOCK
from muster.model.load import load_model
from muster.rules.evaluate import Evaluator
from muster.rules.parse import parse_definition
from muster.rules.resolve import resolve_rule
from muster.rules.resolved import ResolvedRule
from muster.rules.truth import Truth
from muster.rules.world import Key, Row, World
from tests.engines.index.small_index import combined, index_of, is_covered, truths

AS_OF = datetime(2025, 4, 8, 13, 30, tzinfo=UTC)
"""Two days after Sydney moved its clocks back, nine after London moved them forward."""

MODEL = """
version: 1
time_zone: Australia/Sydney
currency: AUD
observed: off
entity: {name: customer, table: customers, key: customer_id}
attributes: {}
events:
  sale:
    table: sales
    entity_key: customer_id
    at: sold_at
    fields:
      amount: {type: money}
      kind: {type: enum}
      pieces: {type: integer}
      weight: {type: number}
      due: {type: date}
      paid_at: {type: timestamp}
      till: {type: string}
      rebate: {type: boolean}
"""

KINDS = ("food", "toys", None)
PARTITIONS = {"sale": "kind", "order": "kind"}
ORDINALS = (3, 0, BLOCK - 1, BLOCK, 2 * BLOCK + 5)
"""In three blocks; the second to last is the first of its block, in which nothing else is."""
SIZE = 2 * BLOCK + 10


def till_model(zone: str = "Australia/Sydney") -> DataModel:
    """Return the data model."""
    model = load_model(MODEL)
    orders = replace(model.events["sale"], name="order", table="orders")
    return replace(
        model,
        time_zone=zone,
        events={**model.events, "order": orders},
        unions={"any": EventUnion("any", ("sale", "order"))},
    )


def sale(at: datetime | str | None, **fields: Any) -> Row:
    """Return one event; what is not given is null."""
    instant = datetime.fromisoformat(at) if isinstance(at, str) else at
    if instant is not None and instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    nothing = dict.fromkeys(
        ("amount", "kind", "pieces", "weight", "due", "paid_at", "till", "rebate")
    )
    return {**nothing, "sold_at": instant, **fields}


def world_of(
    sales: Sequence[tuple[Key | None, Row]],
    orders: Sequence[tuple[Key | None, Row]] = (),
    *,
    zone: str = "Australia/Sydney",
) -> World:
    """Return a world of customers 1 to 5."""
    return World(
        till_model(zone), {key: {} for key in range(1, 6)}, {"sale": sales, "order": orders}
    )


def drawn_world(seed: int, *, ties: bool = True, zone: str = "Australia/Sydney") -> World:
    """Draw events of customers 1 to 4 (5 has none), of nobody and of a stranger."""
    dice = random.Random(seed)
    tick = timedelta(microseconds=1)
    edges = [
        AS_OF - timedelta(days=days, hours=hours) for days in (0, 1, 7, 30, 90) for hours in (0, 13)
    ]
    # Local midnights of Sydney around the change of clocks, and a month's end.
    edges += [datetime(2025, 4, day, hour, tzinfo=UTC) for day in (4, 5, 6) for hour in (13, 14)]
    edges += [datetime(2025, 3, 31, 13, tzinfo=UTC), datetime(2025, 4, 7, 14, tzinfo=UTC)]
    times = [edge + shift for edge in edges for shift in (-tick, timedelta(0), tick)]

    def event() -> Row:
        return sale(
            dice.choice([*times, None]),
            amount=dice.choice(
                [None, *(Decimal(cents) / 100 for cents in (0, 1, -250, 999, 1000))]
            ),
            kind=dice.choice(KINDS),
            pieces=dice.choice([None, 0, 1, 2, 3, -4]),
            weight=dice.choice([None, 0.0, -0.0, 1.5, 2.25, float("nan")]),
            due=dice.choice([None, date(2025, 4, 1), date(2025, 4, 8), date(1969, 12, 31)]),
            paid_at=dice.choice([None, AS_OF, AS_OF - tick]),
            till=dice.choice([None, "a", "b", "A"]),
            rebate=dice.choice([None, True, False]),
        )

    def events(number: int) -> list[tuple[Key | None, Row]]:
        owners = (1, 1, 1, 2, 2, 3, 4, None, 99)
        found = [(dice.choice(owners), event()) for _ in range(number)]
        if ties:
            return found
        seen: set[Any] = set()
        return [
            (key, row)
            for key, row in found
            if (key, row["sold_at"]) not in seen and not seen.add((key, row["sold_at"]))
        ]

    return world_of(events(40), events(25), zone=zone)


@dataclass(frozen=True)
class Asked:
    """What the reference says of a condition, and the index (None: it is not covered)."""

    expected: Mapping[Key, Truth]
    found: Mapping[Key, Truth] | None


def resolved_of(world: World, condition: Any) -> ResolvedRule:
    """Return a condition (JSON) checked against the world's model."""
    definition = parse_definition(json_value.loads(json_value.dumps(condition)))
    return resolve_rule(definition, world.model)


def bound(world: World, condition: Any, *, as_of: datetime = AS_OF) -> BoundRule:
    """Return a condition (JSON) as a rule bound to an instant."""
    return bind_rule("rule", resolved_of(world, condition), world.model, as_of=as_of)


def ask(world: World, condition: Any, *, as_of: datetime = AS_OF, threads: int = 2) -> Asked:
    """Ask the reference and the index about one condition (JSON)."""
    resolved = resolved_of(world, condition)
    where = bound(world, condition, as_of=as_of).where
    evaluator = Evaluator(resolved, world, as_of=as_of)
    expected = {key: evaluator.truth(resolved.where, key) for key in world.entities}
    index = index_of(world, ordinals=ORDINALS, size=SIZE, partitions=PARTITIONS)
    executor = IndexExecutor(index, threads=threads)
    if not is_covered(where, executor):
        return Asked(expected, None)
    masks = executor.masks(atoms_of(where))
    mask = combined(where, masks, index.present)
    return Asked(expected, truths(mask, world, ORDINALS, SIZE))
