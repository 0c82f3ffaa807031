"""A live answer as plain values: what the API answers and the command line prints as JSON."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from muster.base.json_value import exact
from muster.rules.resolved import Resolved, Scalar
from muster.rules.sentence import leaf_sentence, sentence
from muster.services.live import LiveAnswer, LiveEstimate
from muster.services.live_breakdown import Breakdown, Part
from muster.services.live_curve import Curves
from muster.services.live_effects import NearMisses
from muster.services.live_nearest import Nearest
from muster.services.live_sample import Sample
from muster.services.live_tree import Branch
from muster.services.live_upset import Combinations
from muster.services.live_waterfall import Step

Shape = dict[str, Any]
_ANY_IS_ENOUGH = "One condition of several is enough, so nobody is short of a certain one."


def estimate_shape(found: LiveEstimate) -> Shape:
    """Return an estimate in the shape of an answer that has the size alone."""
    guess = found.estimate
    return {
        **_head(found),
        "size": guess.size,
        "share": guess.size / guess.everyone if guess.everyone else 0.0,
        "universe": None,
        "unknown": None,
        "exact": found.exact is not None,
        "estimate": {
            "low": guess.low,
            "high": guess.high,
            "sample": guess.sample,
            "everyone": guess.everyone,
            "reason_exact": found.exact,
        },
        **dict.fromkeys(_PARTS),
        "conditions": [],
        "leaves": None,
        "indexed": None,
        "reused": None,
    }


def answer_shape(found: LiveAnswer) -> Shape:
    """Return an exact answer; parts that were not asked for are None."""
    said = _speaker(found)
    return {
        **_head(found),
        "size": found.size,
        "share": found.share,
        "universe": found.universe,
        "unknown": found.unknown,
        "exact": True,
        "estimate": None,
        "conditions": [
            {
                "path": one.leaf.path,
                "sentence": said(one.leaf),
                "true": one.true,
                "false": one.false,
                "unknown": one.unknown,
            }
            for one in found.conditions
        ],
        "waterfall": found.waterfall and [_step(one, said) for one in found.waterfall],
        "marginal": _marginal(found, said),
        "near_misses": _near(found, said),
        "upset": found.upset and _upset(found.upset, said),
        "breakdown": found.breakdown
        and {
            "attributes": [_breakdown(one) for one in found.breakdown.found],
            "hidden": list(found.breakdown.hidden),
        },
        "nearest": found.nearest and _nearest(found.nearest),
        "curve": found.curves and _curve(found.curves),
        "sample": found.sample and _sample(found.sample),
        "leaves": found.leaves,
        "indexed": found.indexed,
        "reused": found.reused,
    }


_PARTS = (
    "waterfall",
    "marginal",
    "near_misses",
    "upset",
    "breakdown",
    "nearest",
    "curve",
    "sample",
)
_Said = Callable[[Resolved], str]


def _head(found: LiveAnswer | LiveEstimate) -> Shape:
    return {
        "as_of": found.as_of,
        "sentence": sentence(found.rule, found.model),
        "warnings": [
            {"code": one.code, "path": one.path, "sentence": one.sentence, "hint": one.hint}
            for one in found.warnings
        ],
        "seconds": round(found.seconds, 4),
        "synthetic": found.model.synthetic,
    }


def _speaker(found: LiveAnswer) -> _Said:
    return lambda node: leaf_sentence(node, found.model, time_zone=found.rule.time_zone)


def _condition(branch: Branch, said: _Said) -> Shape:
    return {"path": branch.path, "sentence": said(branch.node)}


def _step(step: Step, said: _Said) -> Shape:
    return {
        "kind": step.kind,
        "path": step.path,
        "sentence": None if step.condition is None else said(step.condition.node),
        "size": step.size,
        "lost": step.lost,
        "unknown": step.unknown,
    }


def _marginal(found: LiveAnswer, said: _Said) -> list[Shape] | None:
    if found.marginal is None:
        return None
    sentences: dict[str, list[str]] = {}
    for one in found.conditions:
        text = said(one.leaf)
        if text not in sentences.setdefault(one.leaf.path, []):
            sentences[one.leaf.path].append(text)
    return [
        {
            "path": one.path,
            "sentence": "; ".join(sentences[one.path]),
            "size_without": one.size_without,
            "difference": None if one.size_without is None else one.size_without - found.size,
        }
        for one in found.marginal
    ]


def _near(found: LiveAnswer, said: _Said) -> Shape | None:
    if found.near_asked is False:
        return None
    near = found.near_misses
    if near is None:
        return {"reason": _ANY_IS_ENOUGH, "total": 0, "conditions": []}
    return {"reason": None, "total": near.total, "conditions": _near_list(near, found, said)}


def _near_list(near: NearMisses, found: LiveAnswer, said: _Said) -> list[Shape]:
    return [
        {
            **_condition(one.condition, said),
            "false": one.false,
            "unknown": one.unknown,
            "samples": list(keys),
        }
        for one, keys in zip(near.conditions, found.near_keys, strict=True)
    ]


def _upset(found: Combinations, said: _Said) -> Shape:
    return {
        "conditions": [_condition(one, said) for one in found.conditions],
        "left_out": found.left_out,
        "combinations": [{"true": list(one.true), "size": one.size} for one in found.found],
        "others": found.others,
        "others_size": found.others_size,
    }


def _breakdown(found: Breakdown) -> Shape:
    return {
        "name": found.field.name,
        "label": found.field.label or found.field.name,
        "several": found.several,
        "parts": [_part(one) for one in found.parts],
    }


def _part(part: Part) -> Shape:
    return {
        "kind": part.bin.kind,
        "label": part.bin.label,
        "above": plain_value(part.bin.above),
        "to": plain_value(part.bin.to),
        "members": part.members,
        "everyone": part.everyone,
        "share": part.share,
        "share_of_everyone": part.share_of_everyone,
        "index": part.index,
    }


def _nearest(found: Nearest) -> Shape:
    return {
        "segments": [
            {
                "id": int(one.segment.id),
                "name": one.segment.name,
                "size": one.size,
                "intersection": one.intersection,
                "jaccard": one.jaccard,
                "share_of_rule": one.share_of_rule,
                "share_of_segment": one.share_of_segment,
                "contained": one.contained,
                "contains": one.contains,
            }
            for one in found.found
        ],
        "compared": found.compared,
        "unreadable": list(found.unreadable),
    }


def _curve(found: Curves) -> Shape:
    return {
        "path": found.path,
        "reason": found.reason,
        "curves": [
            {
                "end": one.end,
                "unit": one.unit,
                "present": plain_value(one.present),
                "points": [
                    {"number": plain_value(point.number), "size": point.size}
                    for point in one.points
                ],
            }
            for one in found.curves
        ],
    }


def _sample(found: Sample) -> Shape:
    return {
        "columns": list(found.columns),
        "data": [list(row) for row in found.rows],
        "masked": list(found.masked),
    }


def plain_value(value: Scalar | None) -> int | float | str | None:
    """Return a value as JSON holds it without losing digits, days and instants as ISO 8601."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    found: int | float | str | None = exact(value)
    return found
