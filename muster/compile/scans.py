"""One SELECT per stage of a plan: key ``k`` and one boolean column per atom, ``a0``, ``a1``, ….

Rows whose every answer is what "no row at all" means are left out, so little travels.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlglot import exp

from muster.base.datamodel import DataModel, Field, FieldType
from muster.compile.aggregates import (
    ALIAS,
    empty_truth,
    fields_needed,
    having_sql,
    inside_of,
    is_mode,
    mode_relation,
    needs_order,
    value_sql,
)
from muster.compile.atoms import (
    BoundScan,
    EntityAtom,
    EventAtom,
    ObservedAtom,
    RankAtom,
)
from muster.compile.bind import BoundLimit
from muster.compile.fields import column, physical, point, table
from muster.compile.literals import literal, wide
from muster.compile.predicates import condition, in_bucket, predicate
from muster.compile.relations import OWNER, entity_key, entity_select, event_relation, fields_of
from muster.rules.nodes import Bucket
from muster.rules.resolved import Aggregate
from muster.rules.truth import Moment, Truth

KEYS_TABLE = "muster_keys"


def moment_of(as_of: object, zone: str) -> Moment:
    """Return the moment an atom's local days are counted at."""
    return Moment(as_of, ZoneInfo(zone))  # type: ignore[arg-type]


def boolean(truth: Truth) -> exp.Expr:
    """Return a truth as a literal."""
    return exp.null() if truth is None else exp.Boolean(this=truth)


def entity_truth(atom: EntityAtom | ObservedAtom, model: DataModel) -> exp.Expr:
    """Return an entity atom as a boolean over the entity's row (alias ``e``)."""
    if isinstance(atom, ObservedAtom):
        since = physical(atom.field, OWNER)
        known = exp.LTE(this=since, expression=literal(atom.before))
        return exp.Case(ifs=[exp.If(this=known, true=exp.true())], default=exp.null())
    if isinstance(atom.test, Bucket):
        return in_bucket(atom.test, entity_key(model))
    return condition(
        atom.test, lambda field: physical(field, OWNER), lambda field: point(field, OWNER)
    )


def entity_fields(atom: EntityAtom | ObservedAtom) -> tuple[Field, ...]:
    """Return the attributes an entity atom looks at."""
    if isinstance(atom, ObservedAtom):
        return (atom.field,)
    return () if isinstance(atom.test, Bucket) else fields_of(atom.test)


def entity_scan(atoms: Sequence[EntityAtom | ObservedAtom], model: DataModel) -> exp.Select:
    """Return every entity's key and answers: one pass over the entity table."""
    columns: list[exp.Expr] = [exp.alias_(entity_key(model), "k", copy=False)]
    used: list[Field] = []
    for index, atom in enumerate(atoms):
        columns.append(exp.alias_(entity_truth(atom, model), f"a{index}", copy=False))
        used += entity_fields(atom)
    return entity_select(model, columns, used)


def grouped_events(
    scan: BoundScan, atoms: Sequence[EventAtom], model: DataModel, as_of: object
) -> exp.Select:
    """Return the answers of all atoms for every entity that has an event in the scan.

    An atom's own window may be narrower than the scan's (see `nesting.py`).
    """
    fields: dict[str, Field] = {}
    for atom in atoms:
        fields |= {field.name: field for field in fields_needed(atom.having)}
    relation = event_relation(
        model,
        scan.sources,
        where=scan.where,
        interval=scan.interval,
        fields=fields.values(),
        ordered=any(needs_order(atom.having) for atom in atoms),
    )
    if is_mode(atoms[0].having):
        relation = mode_relation(relation, next(iter(fields.values())))
    columns: list[exp.Expr] = [column("k", ALIAS)]
    for index, atom in enumerate(atoms):
        inside = inside_of(atom.scan.interval, scan.interval)
        truth = having_sql(atom.having, moment_of(as_of, atom.zone), inside)
        columns.append(exp.alias_(truth, f"a{index}", copy=False))
    events = relation.subquery(ALIAS, copy=False)
    select = exp.select(*columns, copy=False).from_(events, copy=False)
    return select.group_by(column("k", ALIAS), copy=False)


def event_scan(
    scan: BoundScan, atoms: Sequence[EventAtom], model: DataModel, as_of: object
) -> exp.Select:
    """Return key and answers of the entities for which some answer differs from the empty one."""
    grouped = grouped_events(scan, atoms, model, as_of)
    differs: list[exp.Expr] = []
    for index, atom in enumerate(atoms):
        empty = empty_truth(atom.having, moment_of(as_of, atom.zone))
        differs.append(exp.NullSafeNEQ(this=column(f"a{index}", "g"), expression=boolean(empty)))
    found = exp.select(exp.Star()).from_(grouped.subquery("g", copy=False), copy=False)
    return found.where(exp.or_(*differs, copy=False), copy=False)


def aggregate_values(
    aggregate: Aggregate, scan: BoundScan, model: DataModel, moment: Moment
) -> exp.Select:
    """Return ``k`` and ``value`` of an aggregate for every entity that has an event."""
    fields = () if aggregate.of is None else (aggregate.of,)
    relation = event_relation(
        model,
        scan.sources,
        where=scan.where,
        interval=scan.interval,
        fields=fields,
        ordered=aggregate.name in ("first", "last"),
    )
    if aggregate.name == "mode":
        assert aggregate.of is not None
        relation = mode_relation(relation, aggregate.of)
    value = exp.alias_(value_sql(aggregate, moment), "value", copy=False)
    return (
        exp.select(column("k", ALIAS), value)
        .from_(relation.subquery(ALIAS, copy=False), copy=False)
        .group_by(column("k", ALIAS), copy=False)
    )


def _values_of_keys(values: exp.Select, empty_is_zero: bool, keys: exp.Expr) -> exp.Select:
    """Return ``k`` and ``value`` for given keys; no events mean zero or null."""
    value: exp.Expr = column("value", "g")
    if empty_is_zero:
        value = exp.Coalesce(this=value, expressions=[exp.Literal.number(0)])
    return (
        exp.select(
            exp.alias_(column("key", "u"), "k", copy=False), exp.alias_(value, "value", copy=False)
        )
        .from_(keys, copy=False)
        .join(
            values.subquery("g", copy=False),
            on=exp.EQ(this=column("k", "g"), expression=column("key", "u")),
            join_type="left",
            copy=False,
        )
    )


def rank_scan(
    atom: RankAtom, model: DataModel, as_of: object, *, keys: exp.Expr | None = None
) -> exp.Select:
    """Return key and answer of the ranked entities: those in ``keys`` that have a value.

    ``keys`` is a relation ``u`` with a column ``key``; by default the temporary table of keys.
    """
    moment = moment_of(as_of, atom.zone)
    values = aggregate_values(atom.aggregate, atom.scan, model, moment)
    valued = _values_of_keys(values, atom.aggregate.empty_is_zero, keys or table(KEYS_TABLE, "u"))
    value = column("value", "r")
    if atom.rank == "top_n":
        order = exp.Order(expressions=[exp.Ordered(this=value, desc=True, nulls_first=False)])
        rank = exp.Window(this=exp.Rank(), order=order, over="OVER")
        truth = predicate(atom.test, column("rank", "s"))
        shown: list[exp.Expr] = [exp.alias_(rank, "rank", quoted=True, copy=False)]
    else:
        # Peers are counted in: the default frame ends with the last row of equal value.
        order = exp.Order(expressions=[exp.Ordered(this=value, desc=False, nulls_first=False)])
        below = exp.Window(this=exp.Count(this=exp.Star()), order=order, over="OVER")
        size = exp.Window(this=exp.Count(this=exp.Star()), over="OVER")
        shown = [exp.alias_(below, "below", copy=False), exp.alias_(size, "size", copy=False)]
        truth = _percentile_truth(atom)
    ranked = (
        exp.select(column("k", "r"), *shown)
        .from_(valued.subquery("r", copy=False), copy=False)
        .where(exp.Not(this=exp.Is(this=value.copy(), expression=exp.null())), copy=False)
    )
    return exp.select(column("k", "s"), exp.alias_(truth, "a0", copy=False)).from_(
        ranked.subquery("s", copy=False), copy=False
    )


def _percentile_truth(atom: RankAtom) -> exp.Expr:
    """Compare 100 * below / size with the operand without dividing."""
    comparisons = {
        "eq": exp.EQ,
        "ne": exp.NEQ,
        "lt": exp.LT,
        "le": exp.LTE,
        "gt": exp.GT,
        "ge": exp.GTE,
    }
    left = exp.Mul(this=column("below", "s"), expression=exp.Literal.number(100))
    operand = wide(atom.test.operand)  # type: ignore[arg-type]
    right = exp.Mul(this=operand, expression=column("size", "s"))
    return comparisons[atom.test.op](this=left, expression=right)


def limit_scan(
    limit: BoundLimit, model: DataModel, moment: Moment, *, keys: exp.Expr | None = None
) -> exp.Select:
    """Return the keys that rank first among ``keys``: by value, none last, then by key."""
    source = keys or table(KEYS_TABLE, "u")
    if isinstance(limit.by, Field):
        value = physical(limit.by, OWNER)
        values = entity_select(
            model,
            [
                exp.alias_(entity_key(model), "k", copy=False),
                exp.alias_(value, "value", copy=False),
            ],
            [limit.by],
        )
        valued = _values_of_keys(values, False, source)
    else:
        assert limit.scan is not None
        values = aggregate_values(limit.by, limit.scan, model, moment)
        valued = _values_of_keys(values, limit.by.empty_is_zero, source)
    order = [
        exp.Ordered(this=column("value", "r"), desc=limit.descending, nulls_first=False),
        exp.Ordered(this=column("k", "r"), desc=False, nulls_first=False),
    ]
    return (
        exp.select(column("k", "r"))
        .from_(valued.subquery("r", copy=False), copy=False)
        .order_by(*order, copy=False)
        .limit(limit.n, copy=False)
    )


def can_be_ranked(field: Field) -> bool:
    """Whether a field's physical value orders as its logical one."""
    return field.type not in (FieldType.LIST, FieldType.GEO)
