"""One condition about one entity: the value found, what was asked, the smallest change."""

from __future__ import annotations

from hashlib import md5
from typing import Any, assert_never

from muster.base.datamodel import Field, FieldType
from muster.rules.explain_change import Wish, change_of_value
from muster.rules.explain_entity import Entity
from muster.rules.explain_measure import measure_finding
from muster.rules.explain_occurrence import occurrence_finding
from muster.rules.explain_path import path_finding
from muster.rules.explain_places import area_finding, is_point
from muster.rules.explain_records import NO_VALUE, Change, Finding
from muster.rules.explain_words import show_value
from muster.rules.nodes import Bucket, Changed, Member
from muster.rules.resolved import (
    InArea,
    Measure,
    Occurrence,
    Path,
    ResolvedLeaf,
    Test,
)
from muster.rules.sentence_leaves import bucket_sentence, phrase
from muster.rules.sentence_words import Words, label_of, quoted
from muster.rules.truth import whole_years
from muster.rules.windows import Interval


def finding_of(
    leaf: ResolvedLeaf, entity: Entity, words: Words, *, wanted: bool, sure: bool = True
) -> Finding:
    """Return what was found for a leaf; its ``flip`` leads to the truth ``wanted``.

    Args:
        sure: unknown will not do, it must be ``wanted`` itself.
    """
    match leaf:
        case Test():
            return _test(leaf, entity, words, wanted)
        case InArea():
            return area_finding(leaf, entity, words, wanted=wanted)
        case Occurrence():
            return occurrence_finding(leaf, entity, words, wanted=wanted, sure=sure)
        case Measure():
            return measure_finding(leaf, entity, words, wanted=wanted)
        case Path():
            return path_finding(leaf, entity, wanted=wanted)
        case Member():
            return _member(leaf, entity, words, wanted)
        case Bucket():
            return _bucket(leaf, entity, words)
        case _:
            assert_never(leaf)


def _test(leaf: Test, entity: Entity, words: Words, wanted: bool) -> Finding:
    operand: Any = leaf.operand
    value = _known(leaf.field, entity)
    other = _known(operand, entity) if isinstance(operand, Field) else None
    shown, asked = show_value(words, leaf.field, value), phrase(words, leaf)
    if isinstance(operand, Field):
        asked = f"{asked} ({label_of(operand)}: {show_value(words, operand, other)})"
        operand = other
    found = value
    if leaf.op == "age" and value is not None:
        found = whole_years(value, entity.moment.today)
        shown = f"{found} years, born {shown}"
    if isinstance(leaf.operand, Field) and leaf.operand.name == leaf.field.name:
        reason = "The field is compared with itself."
        return Finding(found, shown, operand, asked, None, None, reason)
    flip = change_of_value(Wish(leaf, wanted, words, entity.moment, other=other), value)
    return Finding(found, shown, operand, asked, None, flip, None if flip else NO_VALUE)


def _known(field: Field, entity: Entity) -> Any:
    """Return an attribute's value; NaN, and a point without both degrees, are none."""
    value = entity.row.get(field.name)
    if value is None or value != value:
        return None
    return None if field.type is FieldType.GEO and not is_point(value) else value


def _bucket(leaf: Bucket, entity: Entity, words: Words) -> Finding:
    """The share is the one that `muster.rules.evaluate.in_bucket` compares."""
    text = f"{leaf.salt}:{entity.key}".encode()
    share = int(md5(text, usedforsecurity=False).hexdigest()[:8], 16) / 2**32
    asked = bucket_sentence(words, leaf)
    reason = "The split follows from the key and stays as it is."
    return Finding(share, f"{share:.4%}", (leaf.low, leaf.high), asked, None, None, reason)


def _member(leaf: Member, entity: Entity, words: Words, wanted: bool) -> Finding:
    if leaf.changed is not None:
        return _changed(leaf, leaf.changed, entity, words, wanted)
    inside = (entity.truth(leaf) is True) is leaf.included
    name = leaf.listed if leaf.listed is not None else str(leaf.segment)
    group = f"the {'list' if leaf.listed is not None else 'segment'} {quoted(name)}"
    flip = Change("leave" if inside else "join", f"must {'leave' if inside else 'join'} {group}")
    if wanted is (entity.truth(leaf) is True):
        flip = Change("join" if inside else "leave", f"must stay {_side(inside)} {group}")
    shown = _side(inside) + f" {group}"
    if leaf.segment is not None and not entity.published(leaf):
        shown += ", which has no published version here"
    return Finding(inside, shown, leaf.included, f"{_side(leaf.included)} {group}", None, flip)


def _side(inside: bool) -> str:
    return "in" if inside else "not in"


def _changed(leaf: Member, changed: Changed, entity: Entity, words: Words, wanted: bool) -> Finding:
    """When it last entered or left, of the published versions up to now."""
    entered = changed.kind == "entered"
    window: Interval = entity.evaluator.events.interval(changed.window)
    times = []
    before = False
    for version in entity.published(leaf):
        now = entity.key in version.members
        if now is not before and now is entered and version.as_of < entity.moment.as_of:
            times.append(version.as_of)
        before = now
    last = max(times, default=None)
    inside = [at for at in times if window.holds(at)]
    verb, past = ("enter", "entered") if entered else ("leave", "left")
    group = f"the segment {quoted(str(leaf.segment))}"
    when = words.window(changed.window)
    asked = f"{past if leaf.included else f'did not {verb}'} {group} {when}"
    shown = f"never {past} it" if last is None else f"last {past} it at {words.instant(last)}"
    happens = wanted is leaf.included
    kind = "join" if happens is entered else "leave"
    flip = Change(kind, f"must {'' if happens else 'not '}{verb} {group} {when}")
    return Finding(last if not inside else max(inside), shown, changed.window, asked, None, flip)
