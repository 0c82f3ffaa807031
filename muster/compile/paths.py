"""Sequences as SQL: one relation of reached events per present step, joined to the one before."""

from __future__ import annotations

from datetime import timedelta

from sqlglot import exp

from muster.base.datamodel import DataModel, Field
from muster.compile.atoms import BoundStep, PathAtom
from muster.compile.fields import column
from muster.compile.literals import timestamp
from muster.compile.relations import event_relation


def path_scan(atom: PathAtom, model: DataModel) -> exp.Select:
    """Return the keys ``k`` of the entities whose events walk through the steps in order."""
    reached = _starts(atom, model)
    pending: list[BoundStep] = []
    for step in atom.steps[1:]:
        if step.absent:
            pending.append(step)
            continue
        reached = _next(atom, step, pending, reached, model)
        pending = []
    select = (
        exp.select(column("k", "p")).distinct().from_(reached.subquery("p", copy=False), copy=False)
    )
    for step in pending:
        if step.within is not None:
            # Absence is only sure once its time has passed.
            passed = exp.LTE(
                this=_later(column("at", "p"), step.within),
                expression=timestamp(atom.interval.end),
            )
            select = select.where(passed, copy=False)
        select = select.where(_absent(atom, step, model, until=None), copy=False)
    return select.select(exp.alias_(exp.true(), "a0", copy=False))


def _events(atom: PathAtom, step: BoundStep, model: DataModel, *, ordered: bool) -> exp.Select:
    fields = _same_fields(atom, step, model)
    return event_relation(
        model,
        step.sources,
        where=step.where,
        interval=atom.interval,
        fields=fields,
        ordered=ordered,
    )


def _same_fields(atom: PathAtom, step: BoundStep, model: DataModel) -> list[Field]:
    source = model.events[step.sources[0]]
    return [source.fields[name] for name in atom.same]


def _starts(atom: PathAtom, model: DataModel) -> exp.Select:
    first = atom.start != "any"
    events = _events(atom, atom.steps[0], model, ordered=first)
    select = exp.select(*_columns(atom, "n")).from_(events.subquery("n", copy=False), copy=False)
    if first:
        order = [
            exp.Ordered(this=key, desc=atom.start == "last", nulls_first=atom.start == "first")
            for key in (column("at", "n"), column("src", "n"), column("id", "n"))
        ]
        rank = exp.Window(
            this=exp.Rank(),
            partition_by=[column("k", "n")],
            order=exp.Order(expressions=order),
            over="OVER",
        )
        select.set("qualify", exp.Qualify(this=exp.EQ(this=rank, expression=exp.Literal.number(1))))
        # The filter on `same` comes after the choice of the first event, so one level further out.
        select = exp.select(*_columns(atom, "o")).from_(
            select.subquery("o", copy=False), copy=False
        )
        return _same_known(atom, select, "o")
    return _same_known(atom, select, "n")


def _same_known(atom: PathAtom, select: exp.Select, alias: str) -> exp.Select:
    for name in atom.same:
        value = column(f"f_{name}", alias)
        select = select.where(exp.Not(this=exp.Is(this=value, expression=exp.null())), copy=False)
    return select


def _columns(atom: PathAtom, alias: str) -> list[exp.Expr]:
    names = ["k", "at", *(f"f_{name}" for name in atom.same)]
    return [column(name, alias) for name in names]


def _next(
    atom: PathAtom,
    step: BoundStep,
    pending: list[BoundStep],
    reached: exp.Select,
    model: DataModel,
) -> exp.Select:
    """Return the events of a step that follow a reached one, the pending absences holding."""
    events = _events(atom, step, model, ordered=False)
    on = exp.and_(*_follows(atom, step, "p", "n"), copy=False)
    select = (
        exp.select(*_columns(atom, "n"))
        .distinct()
        .from_(reached.subquery("p", copy=False), copy=False)
        .join(events.subquery("n", copy=False), on=on, copy=False)
    )
    for absent in pending:
        select = select.where(_absent(atom, absent, model, until=column("at", "n")), copy=False)
    return select


def _follows(atom: PathAtom, step: BoundStep, before: str, after: str) -> list[exp.Expr]:
    """Return: same entity, later, within reach, same fields equal."""
    at, last = column("at", after), column("at", before)
    conditions: list[exp.Expr] = [
        exp.EQ(this=column("k", after), expression=column("k", before)),
        exp.GT(this=at, expression=last),
    ]
    if step.not_before is not None:
        reach = _later(last.copy(), step.not_before)
        conditions.append(exp.GTE(this=at.copy(), expression=reach))
    if step.within is not None:
        conditions.append(exp.LT(this=at.copy(), expression=_later(last.copy(), step.within)))
    conditions += [
        exp.EQ(this=column(f"f_{name}", after), expression=column(f"f_{name}", before))
        for name in atom.same
    ]
    return conditions


def _absent(
    atom: PathAtom, step: BoundStep, model: DataModel, *, until: exp.Expr | None
) -> exp.Expr:
    """Return that no event of an absent step follows the reached one (before ``until``)."""
    conditions = _follows(atom, step, "p", "x")
    if until is not None:
        conditions.append(exp.LT(this=column("at", "x"), expression=until))
    events = _events(atom, step, model, ordered=False)
    inner = (
        exp.select(exp.Literal.number(1))
        .from_(events.subquery("x", copy=False), copy=False)
        .where(*conditions, copy=False)
    )
    return exp.Not(this=exp.Exists(this=inner))


def _later(at: exp.Expr, length: timedelta) -> exp.Expr:
    seconds = int(length.total_seconds())
    interval = exp.Interval(this=exp.Literal.string(str(seconds)), unit=exp.var("SECOND"))
    return exp.Add(this=at, expression=interval)
