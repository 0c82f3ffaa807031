"""The explanation as a whole: truths, the tree, members and non-members, and who is not there."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from muster.base.errors import NotFound
from muster.rules.explain import explain
from muster.rules.explain_records import ExplainedGroup, ExplainedLeaf, Rank, explained_leaves
from muster.rules.resolved import Measure, leaves_of
from muster.rules.world import Published
from tests.rules.explaining import explained, only_leaf
from tests.rules.sample import AS_OF, UNGUARDED, event, resolve, utc, world

TIER_1 = {"field": "tier", "op": "=", "value": 1}
ACTIVE = {"field": "active", "op": "true"}


def test_the_tree_has_the_shape_and_the_truths_of_the_rule() -> None:
    rule = {
        "any": [
            {"all": [TIER_1, ACTIVE]},
            {"not": {"field": "tier", "op": ">", "value": 5}},
            {
                "count": {"op": ">=", "n": 2},
                "of": [TIER_1, ACTIVE, {"field": "city", "op": "exists"}],
            },
        ]
    }
    found = explained(rule, world({1: {"tier": 2}}))
    tree = found.where
    assert isinstance(tree, ExplainedGroup)
    kinds = [(child.kind, child.truth, child.n) for child in tree.children]  # type: ignore[union-attr]
    assert (tree.kind, tree.truth) == ("any", True)
    assert kinds == [("all", False, 0), ("not", True, 0), ("at_least", False, 2)]
    assert [leaf.truth for leaf in explained_leaves(tree)] == [
        False,
        None,
        False,
        False,
        None,
        False,
    ]
    assert (found.truth, found.member, found.qualifies, found.in_universe) == (True,) * 4
    assert (found.key, found.as_of, found.universe, found.exclude) == (1, AS_OF, None, ())


def test_an_unknown_leaf_is_flipped_to_where_it_helps() -> None:
    seen = world({1: {}})
    assert [leaf.wanted for leaf in explained_leaves(explained([TIER_1], seen).where)] == [True]
    found = explained_leaves(explained({"not": {"not": {"not": TIER_1}}}, seen).where)
    assert [leaf.wanted for leaf in found] == [False]
    assert found[0].flip is not None
    assert found[0].flip.target == 2


def test_universe_and_exclusions_are_explained_too() -> None:
    rule = {
        "where": TIER_1,
        "universe": ACTIVE,
        "exclude": [{"list": "staff"}, {"list": "suppression"}],
    }
    seen = world({1: {"tier": 1, "active": False}}, lists={"staff": [1], "suppression": []})
    found = explained(rule, seen)
    assert (found.truth, found.in_universe, found.qualifies, found.member) == (
        True,
        False,
        False,
        False,
    )
    assert isinstance(found.universe, ExplainedLeaf)
    assert found.universe.flip is not None
    assert found.universe.flip.words == "must become yes"
    assert [(leaf.truth, leaf.value_words) for leaf in found.exclude] == [
        (True, 'in the list "staff"'),
        (False, 'not in the list "suppression"'),
    ]


@pytest.mark.parametrize(("kept", "member"), [(True, True), (False, False), (None, None)])
def test_whether_the_limit_kept_somebody_is_for_the_caller_to_say(
    kept: bool | None, member: bool | None
) -> None:
    rule = {"where": TIER_1, "limit": {"n": 3, "rank_by": "total_spend"}}
    found = explained(rule, world({1: {"tier": 1}}), kept=kept)
    assert (found.qualifies, found.member) == (True, member)
    if member is not True:
        assert found.flip.words.startswith("It qualifies; whether the limit keeps it")
    assert explained(rule, world({1: {"tier": 2}}), kept=kept).member is False


def test_ranks_come_from_the_caller() -> None:
    rule = {"metric": "total_spend", "rank": "percentile", "op": ">=", "value": 90}
    seen = world([1], card=[event(1, "2026-05-01", amount=Decimal("250.50"))])
    (leaf,) = leaves_of(resolve(rule).where)
    assert isinstance(leaf, Measure)
    found = only_leaf(rule, seen)
    assert (found.truth, found.value) == (None, None)
    assert found.value_words == "INR 250.50, rank not given"
    ranks = {leaf: Rank(True, Decimal("93.333"), 1500)}
    found = only_leaf(rule, seen, ranks=ranks)
    assert (found.truth, found.value, found.flip) == (True, Decimal("93.333"), None)
    assert found.value_words == "INR 250.50, at percentile 93.33 of 1,500"
    assert "everybody else" in str(found.reason)
    assert found.evidence is not None
    assert found.evidence.total == 1
    top = {"metric": "total_spend", "rank": "top_n", "value": 10}
    (leaf,) = leaves_of(resolve(top).where)
    assert isinstance(leaf, Measure)
    assert (
        only_leaf(top, seen, ranks={leaf: Rank(False, 12)}).value_words == "INR 250.50, number 12"
    )
    assert only_leaf(top, seen, ranks={leaf: Rank(None)}).value_words == "INR 250.50, not ranked"


def test_a_ranked_member_is_one_by_the_given_rank() -> None:
    rule = {"metric": "total_spend", "rank": "top_n", "value": 10}
    (leaf,) = leaves_of(resolve(rule).where)
    assert isinstance(leaf, Measure)
    found = explained(rule, world([1]), ranks={leaf: Rank(True, 3, 20)})
    assert (found.member, found.lapses_at) == (True, None)
    assert found.lapse.reasons == ("The rank by Total spend changes with everybody else's values.",)


def test_other_entities_are_not_looked_at() -> None:
    rule = {"did": "card", "window": {"last": "P30D"}}
    rows = [event(2, "2026-05-01"), event(3, "2026-05-02"), event(None, "2026-05-03")]
    found = only_leaf(rule, world([1, 2, 3], model=UNGUARDED, card=rows))
    assert (found.value, found.truth) == (0, False)


def test_who_is_not_there_cannot_be_explained() -> None:
    with pytest.raises(NotFound) as caught:
        explain(resolve(TIER_1), world([2]), 1, as_of=AS_OF)
    assert (caught.value.code, caught.value.sentence) == ("UNKNOWN_ENTITY", "There is no user 1.")


def test_evidence_is_the_newest_twenty_and_the_number_of_all() -> None:
    rows = [
        event(1, (AS_OF - timedelta(days=1, minutes=number)).isoformat(), id=number, amount=number)
        for number in range(30)
    ]
    found = only_leaf({"did": "card", "window": {"last": "P7D"}}, world([1], card=rows))
    assert found.evidence is not None
    assert found.evidence.total == 30
    assert [row.identity for row in found.evidence.rows] == list(range(20))
    newest = found.evidence.rows[0]
    assert (newest.at, newest.source, newest.fields["amount"], newest.steps) == (
        AS_OF - timedelta(days=1),
        "card",
        0,
        (),
    )


SEGMENTS = {
    "vip": (
        Published(1, utc("2026-05-01"), frozenset({1})),
        Published(2, utc("2026-05-10"), frozenset()),
        Published(3, utc("2026-05-12"), frozenset({1, 2})),
    )
}


@pytest.mark.parametrize(
    ("rule", "truth", "value_words", "flip"),
    [
        ({"segment": "vip"}, True, 'in the segment "vip"', 'must leave the segment "vip"'),
        (
            {"segment": "vip", "in": False},
            False,
            'in the segment "vip"',
            'must leave the segment "vip"',
        ),
        (
            {"segment": "vip", "version": 2},
            False,
            'not in the segment "vip"',
            'must join the segment "vip"',
        ),
        (
            {"segment": "new"},
            False,
            'not in the segment "new", which has no published version here',
            'must join the segment "new"',
        ),
        ({"list": "staff"}, False, 'not in the list "staff"', 'must join the list "staff"'),
        (
            {"segment": "vip", "changed": {"entered": {"last": "P7D"}}},
            True,
            "last entered it at 12 May 2026 05:30",
            'must not enter the segment "vip" in the last 7 days',
        ),
        (
            {"segment": "vip", "changed": {"exited": {"last": "P2D"}}},
            False,
            "last left it at 10 May 2026 05:30",
            'must leave the segment "vip" in the last 2 days',
        ),
        (
            {"segment": "new", "changed": {"entered": {"last": "P2D"}}, "in": False},
            True,
            "never entered it",
            'must enter the segment "new" in the last 2 days',
        ),
    ],
)
def test_membership_of_segments_and_lists(
    rule: Any, truth: bool, value_words: str, flip: str
) -> None:
    found = only_leaf(rule, world([1], segments=SEGMENTS))
    assert (found.truth, found.value_words) == (truth, value_words)
    assert found.flip is not None
    assert found.flip.words == flip
    assert found.flip.kind in ("join", "leave")


def test_a_random_split_follows_from_the_key() -> None:
    found = only_leaf({"bucket": {"salt": "exp1", "from": 0, "to": 0.5}}, world([1]))
    assert found.truth is (found.value < 0.5)
    assert (found.flip, found.turn, found.threshold) == (None, None, ("0", "0.5"))
    assert found.value_words == f"{found.value:.4%}"
    assert found.reason == "The split follows from the key and stays as it is."
