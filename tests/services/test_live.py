"""A live answer on a workspace: each part is what counting edited rules one by one would say."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from muster.base.errors import Busy, Conflict, Forbidden, InvalidInput, InvalidRule
from muster.base.people import Permission
from muster.rules.parse import parse_definition
from muster.services.auditing import entries_of, of_workspace
from muster.services.counting import count_definition
from muster.services.live import LiveAnswer, LivePart, LiveQuestion, answer, estimated
from muster.services.live_breakdown import AxesAsked
from muster.services.live_drafts import DRAFTS
from muster.services.patience import Patience
from muster.services.workspaces import save_model
from tests.services.small_workspace import AS_OF, MODEL, PAYMENTS, USERS, keys

EVERY_PART = frozenset(LivePart)
SPENT: dict[str, Any] = {"metric": "total_spend", "op": ">", "value": "300.00"}
OLDER = {"field": "age", "op": ">=", "value": 30}
NOT_VIENNA = {"not": {"segment": "viennese"}}
RULE = [SPENT, OLDER, NOT_VIENNA]


def asked(context: Any, rule: Any, *parts: LivePart, **options: Any) -> LiveAnswer:
    question = LiveQuestion(frozenset(parts), **options)
    return answer(context, parse_definition(rule), question)


def last_entry(context: Any) -> Any:
    return entries_of(of_workspace(context), limit=1).items[0]


def size(context: Any, rule: Any) -> int:
    return count_definition(context, parse_definition(rule)).size


def test_an_answer_says_what_a_count_says(shared) -> None:
    found = asked(shared, RULE)
    counted = count_definition(shared, parse_definition(RULE))
    assert (found.size, found.universe, found.unknown) == (counted.size, 40, counted.unknown)
    assert found.conditions == counted.leaves
    assert (found.share, found.as_of) == (counted.share, AS_OF)
    assert found.waterfall is found.marginal is found.upset is found.nearest is found.curves is None


def test_the_effect_of_each_condition_is_the_size_of_the_rule_without_it(shared) -> None:
    found = asked(shared, RULE, LivePart.MARGINAL).marginal
    assert found is not None
    left_out = [[OLDER, NOT_VIENNA], [SPENT, NOT_VIENNA], [SPENT, OLDER]]
    assert [one.size_without for one in found] == [size(shared, rule) for rule in left_out]
    assert [one.path for one in found] == ["$[0]", "$[1]", "$[2].not"]


def test_a_waterfall_shows_universe_conditions_limit_and_exclusions(shared) -> None:
    rule = {
        "universe": "adults",
        "where": [SPENT, OLDER],
        "limit": {"n": 9, "rank_by": "total_spend"},
        "exclude": [{"list": "suppression"}, {"segment": "viennese"}],
    }
    found = asked(shared, rule, LivePart.WATERFALL)
    assert found.waterfall is not None
    assert [one.kind for one in found.waterfall] == [
        "everyone",
        "universe",
        "condition",
        "condition",
        "limit",
        "exclusion",
    ]
    assert [one.size for one in found.waterfall][-2:] == [9, found.size]
    unlimited = {**rule, "limit": {"n": 40, "rank_by": "total_spend"}}
    steps = asked(shared, unlimited, LivePart.WATERFALL).waterfall
    assert steps is not None
    assert [one.path for one in steps][-3:] == ["$.limit", "$.exclude[0]", "$.exclude[1]"]
    assert steps[-1].size == size(shared, unlimited)


def test_near_misses_come_with_some_keys(shared) -> None:
    found = asked(shared, RULE, LivePart.NEAR_MISSES, samples=2)
    near = found.near_misses
    assert near is not None
    for one, some, without, alone in zip(
        near.conditions,
        found.near_keys,
        ([OLDER, NOT_VIENNA], [SPENT, NOT_VIENNA], [SPENT, OLDER]),
        (SPENT, OLDER, NOT_VIENNA),
        strict=True,
    ):
        missing = [*without, {"not": alone}]
        assert one.false == size(shared, missing)
        assert one.false + one.unknown == size(shared, without) - found.size
        assert len(some) == min(2, one.false + one.unknown)
    young = {user.key for user in USERS if user.age is None or user.age < 30}
    assert set(found.near_keys[1]) <= young


def test_a_curve_is_the_size_of_the_rule_with_every_number(shared) -> None:
    for path, edit in (
        ("$[0]", lambda number: [{**SPENT, "value": str(number)}, OLDER, NOT_VIENNA]),
        ("$[1]", lambda number: [SPENT, {**OLDER, "value": number}, NOT_VIENNA]),
    ):
        found = asked(shared, RULE, LivePart.CURVE, curve=path).curves
        assert found is not None
        assert found.reason is None
        (curve,) = found.curves
        assert len(curve.points) > 10
        for point in curve.points[::4]:
            assert point.size == size(shared, edit(point.number)), (path, point)


def test_counts_of_events_have_curves_too(shared) -> None:
    rule = {"did": "payment", "times": {"op": "between", "n": [1, 2]}}
    found = asked(shared, rule, LivePart.CURVE, curve="$").curves
    assert found is not None
    low, high = found.curves
    assert (low.end, high.end) == ("low", "high")
    for curve, ends in ((low, lambda n: [n, 2]), (high, lambda n: [1, n])):
        for point in curve.points:
            edited = {**rule, "times": {"op": "between", "n": ends(point.number)}}
            assert point.size == size(shared, edited)
    assert max(len([one for one in PAYMENTS if one.user == user.key]) for user in USERS) > 1


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"segment": "viennese"}, "no number"),
        ({"field": "city", "op": "=", "value": "Graz"}, "no number"),
        ({"did": "payment", "times": {"op": ">=", "n": 2}, "distinct": "day"}, "not a number"),
        ({"metric": "total_spend", "rank": "top_n", "value": 5}, "no number"),
    ],
    ids=str,
)
def test_a_condition_without_a_number_says_that_it_has_no_curve(shared, rule, reason) -> None:
    found = asked(shared, rule, LivePart.CURVE, curve="$").curves
    assert found is not None
    assert found.curves == ()
    assert reason in str(found.reason)


@pytest.mark.parametrize("path", [None, "$[7]", ""])
def test_a_curve_needs_a_condition_of_the_rule(shared, path) -> None:
    with pytest.raises(InvalidInput) as caught:
        asked(shared, RULE, LivePart.CURVE, curve=path)
    assert (caught.value.code, caught.value.path) == ("UNKNOWN_CONDITION", "$.body.curve")
    assert "$[0], $[1], $[2].not" in str(caught.value.hint)


def test_the_nearest_segment_comes_first(shared) -> None:
    found = asked(shared, [{"segment": "spenders"}, OLDER], LivePart.NEAREST, nearest=3).nearest
    assert found is not None
    assert (found.compared, len(found.found), found.unreadable) == (5, 3, ())
    first = found.found[0]
    members, spenders = keys(where="spenders"), first.size
    assert (first.segment.name, spenders, first.contained, first.contains) == (
        "spenders",
        len(members),
        True,
        False,
    )
    assert first.jaccard == first.intersection / spenders
    assert [one.jaccard for one in found.found] == sorted(
        [one.jaccard for one in found.found], reverse=True
    )
    same = asked(shared, {"segment": "quiet"}, LivePart.NEAREST).nearest
    assert same is not None
    assert (same.found[0].segment.name, same.found[0].contained, same.found[0].contains) == (
        "quiet",
        True,
        True,
    )


def test_nobody_is_contained_in_nothing(shared) -> None:
    found = asked(shared, {"field": "city", "op": "=", "value": "Rome"}, LivePart.NEAREST).nearest
    assert found is not None
    assert not any(one.contained or one.contains or one.jaccard for one in found.found)


def test_the_author_is_told_of_a_segment_that_says_the_same_but_not_of_their_own(shared) -> None:
    rule = [{"field": "city", "op": "=", "value": "Vienna"}]
    assert [one.code for one in asked(shared, rule).warnings] == ["DUPLICATE_SEGMENT"]
    assert asked(shared, rule, name="viennese").warnings == ()


def test_segments_whose_members_are_lost_are_named_and_the_others_compared(context) -> None:
    for path in (context.folder / "segments" / "quiet").iterdir():
        path.unlink()
    found = asked(context, {"segment": "spenders"}, LivePart.NEAREST).nearest
    assert found is not None
    assert (found.unreadable, found.compared) == (("quiet",), 4)


def test_members_are_broken_down_by_every_attribute_that_is_not_personal(shared) -> None:
    found = asked(shared, {"segment": "viennese"}, LivePart.BREAKDOWN).breakdown
    assert found is not None
    assert set(found.hidden) == {"name", "email", "home"}
    parts = {one.field.name: one.parts for one in found.found}
    assert list(parts) == ["city", "age", "tier", "tags", "note", "balance", "born", "created_at"]
    assert {one.bin.label: (one.members, one.everyone) for one in parts["city"]} == {
        city: (
            sum(user.city == city for user in USERS) if city == "Vienna" else 0,
            sum(user.city == city for user in USERS),
        )
        for city in ("Vienna", "Graz", "Linz")
    }
    vienna = next(one for one in parts["city"] if one.bin.label == "Vienna")
    assert vienna.index == pytest.approx(100 * 40 / vienna.everyone)
    ages = [one for one in parts["age"] if one.bin.kind == "missing"]
    assert ages[0].everyone == sum(user.age is None for user in USERS)
    for name in ("city", "age", "tier", "balance", "born", "created_at"):
        assert sum(one.everyone for one in parts[name]) == 40
        assert sum(one.members for one in parts[name]) == len(keys(where="viennese"))


def test_bins_are_made_once_for_a_state_of_the_data(shared, monkeypatch) -> None:
    axes = AxesAsked(("city", "age", "tags"))
    before = asked(shared, OLDER, LivePart.BREAKDOWN, axes=axes).breakdown
    monkeypatch.setattr("muster.services.live_breakdown.texts_of", None)
    monkeypatch.setattr("muster.services.live_breakdown.leaf_values", None)
    assert asked(shared, OLDER, LivePart.BREAKDOWN, axes=axes).breakdown == before


def test_personal_attributes_are_broken_down_only_for_who_may_see_them(context) -> None:
    named = AxesAsked(("email", "city"))
    hidden = asked(context, OLDER, LivePart.BREAKDOWN, axes=named).breakdown
    assert hidden is not None
    assert (hidden.hidden, [one.field.name for one in hidden.found]) == (("email",), ["city"])
    clear = AxesAsked(("email",), clear=True)
    shown = asked(context, OLDER, LivePart.BREAKDOWN, axes=clear).breakdown
    assert shown is not None
    assert [one.field.name for one in shown.found] == ["email"]
    entry = last_entry(context)
    assert (entry.action, entry.subject, entry.after["fields"]) == (
        "personal.read",
        "live",
        ["email"],
    )


def test_estimates_without_an_index_are_exact_and_say_so(shared) -> None:
    found = estimated(shared, parse_definition(RULE))
    assert found.estimate.size == found.estimate.low == found.estimate.high == size(shared, RULE)
    assert found.estimate.sample == found.estimate.everyone == 40
    assert found.exact


def test_the_instant_may_be_pinned(shared) -> None:
    later = AS_OF + timedelta(days=400)
    quiet = {"did": "payment", "window": {"last": "P30D"}, "times": {"op": "=", "n": 0}}
    assert asked(shared, quiet, as_of=later).size == 40
    assert asked(shared, quiet, as_of=later).as_of == later


def test_a_rule_that_does_not_fit_is_refused(shared) -> None:
    with pytest.raises(InvalidRule):
        asked(shared, {"field": "agee", "op": "=", "value": 1}, *EVERY_PART, curve="$")


# -- ending early ----------------------------------------------------------------------------------


def endless(context: Any) -> None:
    """Give the list of suppressed people no end."""
    with context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute("DROP TABLE suppression").fetchall()
        warehouse.connection.execute(
            "CREATE VIEW suppression AS SELECT sum(a.range + b.range) % 9 AS user_id"
            " FROM range(10000000) a, range(10000000) b"
        ).fetchall()


def test_a_newer_question_of_a_draft_stops_the_warehouse_of_the_older_one(context) -> None:
    endless(context)
    ended = list[BaseException]()

    def older() -> None:
        try:
            asked(context, {"list": "suppression"}, draft="tab")
        except Conflict as error:
            ended.append(error)

    thread = threading.Thread(target=older)
    thread.start()
    while not len(DRAFTS):
        assert thread.is_alive()
    assert asked(context, OLDER, draft="tab").size == size(context, OLDER)
    thread.join(60)
    assert [error.code for error in ended] == ["SUPERSEDED"]


def test_a_question_ends_when_who_asked_has_left(context) -> None:
    endless(context)
    patience = Patience()
    patience.gone.set()
    question = LiveQuestion(frozenset(), draft="tab")
    with pytest.raises(Busy) as caught:
        answer(context, parse_definition({"list": "suppression"}), question, patience=patience)
    assert caught.value.code == "CLIENT_GONE"
    assert len(DRAFTS) == 0


def test_personal_numbers_have_no_curve_for_who_may_not_see_them(context) -> None:
    save_model(
        context, MODEL.replace("{type: integer, label: Age}", "{type: integer, pii: sensitive}")
    )
    question = {"curve": "$", "axes": AxesAsked(clear=True)}
    hidden = asked(context, OLDER, LivePart.CURVE, curve="$").curves
    assert hidden is not None
    assert hidden.reason == "The values are personal."
    shown = asked(context, OLDER, LivePart.CURVE, **question).curves
    assert shown is not None
    assert shown.curves
    assert last_entry(context).after["fields"] == ["age"]
    blind = replace(context, permissions=context.permissions - {Permission.SEE_PERSONAL})
    with pytest.raises(Forbidden):
        asked(blind, OLDER, LivePart.CURVE, **question)
