"""Relations between rules: what must be found, and what must not be claimed."""

from __future__ import annotations

from typing import Any

import pytest

from muster.rules.implication import Prover, Relation, relation_of
from muster.rules.implication_cells import both, either
from muster.rules.implication_compose import Composition, compose, parts_of
from muster.rules.resolved import ResolvedRule
from tests.rules.sample import MODEL, UNGUARDED, resolve

EQUAL, SUBSET, DISJOINT, NONE = Relation.EQUAL, Relation.SUBSET, Relation.DISJOINT, Relation.NONE
MIRRORED = {SUBSET: Relation.SUPERSET, Relation.SUPERSET: SUBSET}


def field(name: str, op: str, value: Any = None, **members: Any) -> dict[str, Any]:
    written = {"field": name, "op": op, **members}
    return written if value is None else {**written, "value": value}


def tier(op: str, value: Any = None, **members: Any) -> dict[str, Any]:
    return field("tier", op, value, **members)


def did(last: str | None = None, *, on: Any = "card", **members: Any) -> dict[str, Any]:
    window = {} if last is None else {"window": {"last": last}}
    return {"did": on, **window, **members}


def times(op: str, n: int) -> dict[str, Any]:
    return {"times": {"op": op, "n": n}}


def metric(agg: str, op: str, value: Any, of: str | None = "amount", **members: Any) -> Any:
    spelled = {"agg": agg, "on": "card", **({} if of is None else {"of": of})}
    return {"metric": spelled, "op": op, "value": value, **members}


PAID, TRAVEL = field("paid", "true"), field("category", "=", "Travel")
VIP = {"segment": "vip"}

# (one, two, how one's members lie to two's); each is checked the other way round as well
PAIRS: list[tuple[Any, Any, Relation]] = [
    # numbers
    (tier("=", 1), tier("in", [1, 2]), SUBSET),
    (tier("=", 1), tier("=", 2), DISJOINT),
    (tier(">", 1), tier(">=", 2), EQUAL),
    (tier("between", [1, 3]), tier("in", [1, 2, 3]), EQUAL),
    (tier(">", 1), tier(">", "1.5"), EQUAL),
    (field("ratio", ">", 1), field("ratio", ">=", 2), Relation.SUPERSET),
    (field("ratio", "between", [1, 2], bounds="[)"), field("ratio", "=", 2), DISJOINT),
    (tier("<", 5), tier(">", 3), NONE),
    (tier("!=", 1), {"not": tier("=", 1)}, EQUAL),
    (tier("not_in", [1, 2]), tier("!=", 1), SUBSET),
    # no value
    (tier("!=", 1, nulls="include"), {"not": tier("=", 1)}, Relation.SUPERSET),
    (tier("missing"), tier("=", 1), DISJOINT),
    (tier("missing"), tier("=", 1, nulls="include"), SUBSET),
    ({"any": [tier("=", 1), {"not": tier("=", 1)}]}, tier("exists"), EQUAL),
    ({"any": [tier("=", 1), tier("!=", 1, nulls="include")]}, tier("exists"), Relation.SUPERSET),
    ({"not": [tier("=", 1), field("code", "=", "a")]}, {"not": tier("=", 1)}, Relation.SUPERSET),
    # text
    (field("code", "=", "abc"), field("code", "starts", "ab"), SUBSET),
    (field("code", "starts", "abc"), field("code", "starts", "ab"), SUBSET),
    (field("code", "starts", "ab"), field("code", "starts", "b"), DISJOINT),
    (field("code", "ends", "abc"), field("code", "contains", "b"), SUBSET),
    (field("code", "=", "a"), field("code", "not_contains", "b"), SUBSET),
    (field("code", "regex", "^a"), field("code", "starts", "a"), NONE),
    (field("code", "regex", "^a"), field("code", "regex", "^a"), EQUAL),
    (field("code", "in", ["ab", "cd"]), field("code", "like", "a%"), NONE),
    (field("code", "in", ["ab", "ad"]), field("code", "like", "a%"), SUBSET),
    (
        field("code", "=", "a" * 40),
        field("code", "like", "%a" * 20 + "b"),
        NONE,
    ),  # would take years
    (field("code", "=", "a" * 16), field("code", "regex", "(a*)*b"), DISJOINT),
    (field("email", "=", "A@B"), field("email", "=", "a@b"), EQUAL),
    (field("email", "=", "A", fold="none"), field("email", "=", "a"), NONE),
    (field("active", "true"), field("active", "!=", False), EQUAL),
    # fields beside each other
    (
        field("balance", ">", value_field="ratio"),
        field("ratio", "<=", value_field="balance"),
        SUBSET,
    ),
    (
        field("balance", ">", value_field="ratio"),
        field("ratio", ">", value_field="balance"),
        DISJOINT,
    ),
    (field("balance", ">", value_field="ratio"), field("ratio", "exists"), SUBSET),
    (
        field("ratio", "missing"),
        field("balance", ">", value_field="ratio", nulls="include"),
        SUBSET,
    ),
    # lists
    (field("tags", "has_all", ["a", "b"]), field("tags", "has_any", ["b", "c"]), SUBSET),
    (field("tags", "has_none", ["a"]), field("tags", "has_any", ["a"]), DISJOINT),
    (field("tags", "has_any", ["a", "b"]), field("tags", "in", ["a", "b"]), EQUAL),
    (field("tags", "=", "a", quant="none"), field("tags", "has_none", ["a"]), EQUAL),
    (field("tags", "=", "abc"), field("tags", "contains", "b"), SUBSET),
    (field("tags", "=", "a", quant="all"), field("tags", "!=", "a"), DISJOINT),
    (field("tags", "=", "a"), field("tags", "=", "b"), NONE),
    # time relative to the run
    (field("seen", "in_last", "P7D"), field("seen", "in_last", "P30D"), SUBSET),
    (field("seen", "in_last", "P30D"), field("seen", "in_last", "P1M"), NONE),
    (field("seen", "in_last", "P28D"), field("seen", "in_last", "P1M"), SUBSET),
    (field("seen", "in_last", "P365D"), field("seen", "in_last", "P1Y"), SUBSET),
    (field("seen", "older_than", "P7D"), field("seen", "in_last", "P7D"), DISJOINT),
    (field("seen", "in_next", "P7D"), field("seen", "in_last", "P7D"), DISJOINT),
    (field("seen", "in_last", "P7D"), field("seen", ">=", "2026-01-01"), NONE),
    ({"age_bands": ["18-24"]}, {"age_bands": ["18-34"]}, SUBSET),
    ({"age_bands": ["18-24"]}, {"age_bands": ["25+"]}, DISJOINT),
    ({"age_bands": ["18-24", "25-34"]}, {"age_bands": ["18-34"]}, EQUAL),
    ({"age_bands": ["18+"]}, field("born", "older_than", "P18Y"), EQUAL),
    (field("born", "anniversary_in", "P7D"), field("born", "anniversary_in", "P30D"), SUBSET),
    # places
    (
        {"near": {"field": "home", "lat": 1, "lon": 2, "km": 5}},
        {"near": {"field": "home", "lat": 1, "lon": 2, "km": 9}},
        SUBSET,
    ),
    (
        {"near": {"field": "home", "lat": 1, "lon": 2, "km": 5}},
        {"near": {"field": "home", "lat": 9, "lon": 2, "km": 9}},
        NONE,
    ),
    # buckets, members
    (
        {"bucket": {"salt": "a", "from": "0", "to": "0.25"}},
        {"bucket": {"salt": "a", "from": "0", "to": "0.5"}},
        SUBSET,
    ),
    (
        {"bucket": {"salt": "a", "from": "0", "to": "0.5"}},
        {"bucket": {"salt": "a", "from": "0.5", "to": "1"}},
        DISJOINT,
    ),
    (
        {"bucket": {"salt": "a", "from": "0", "to": "0.5"}},
        {"bucket": {"salt": "b", "from": "0", "to": "0.5"}},
        NONE,
    ),
    ({"segment": "a"}, {"segment": "a", "in": False}, DISJOINT),
    ({"segment": "a"}, {"segment": "a", "freshness": "stored"}, NONE),
    ({"segment": "a"}, {"segment": "a", "version": 2}, NONE),
    # counts
    (did(), did(**times(">", 0)), EQUAL),
    (did(**times(">=", 3)), did(**times(">=", 2)), SUBSET),
    (did(**times("=", 2)), did(**times("<=", 1)), DISJOINT),
    (did(), did(**times("=", 0)), DISJOINT),
    (did(), did(on=["card", "upi"]), SUBSET),
    (did(), did(on="upi"), NONE),
    (did("P7D"), did("P30D"), SUBSET),
    (did("P30D"), did("P1M"), NONE),
    (did("P7D"), {"did": "card", "window": {"last": "P7D", "anchor": "calendar_day"}}, NONE),
    ({"did": "card", "window": {"last": "P6D", "anchor": "calendar_day"}}, did("P7D"), SUBSET),
    ({"did": "card", "window": {"calendar": "this_month"}}, did("P31D"), NONE),
    ({"did": "card", "window": {"calendar": "this_month"}}, did("P32D"), SUBSET),
    (
        {"did": "card", "window": {"calendar": "mtd"}},
        {"did": "card", "window": {"calendar": "ytd"}},
        SUBSET,
    ),
    (
        {"did": "card", "window": {"calendar": "prev_week"}},
        {"did": "card", "window": {"calendar": "ytd"}},
        NONE,
    ),
    ({"did": "card", "window": {"ago": ["P90D", "P30D"]}}, did("P90D"), SUBSET),
    (
        {"did": "card", "window": {"from": "2026-01-01", "to": "2026-02-01"}},
        {"did": "card", "window": {"from": "2026-01-01"}},
        SUBSET,
    ),
    (did(where=TRAVEL), did(), SUBSET),
    (did(where=[TRAVEL, PAID]), did(where=PAID), SUBSET),
    (did(where=field("amount", ">", 9)), did(where=field("amount", ">", 5)), SUBSET),
    (
        did(where={"any": [TRAVEL, {"not": TRAVEL}]}),
        did(where=field("category", "exists")),
        EQUAL,
    ),
    (did(where=TRAVEL), did(where={"not": TRAVEL}), NONE),  # one of each may have happened
    (did(distinct="day"), did(), EQUAL),
    (did(distinct="week", **times(">=", 2)), did(distinct="day", **times(">=", 2)), SUBSET),
    (did(distinct="month", **times(">=", 2)), did(distinct="week", **times(">=", 2)), NONE),
    (did(distinct="merchant", **times(">=", 2)), did(**times(">=", 2)), SUBSET),
    (did("P7D", pattern="stopped"), did("P7D", pattern="stopped"), EQUAL),
    (did("P7D", pattern="stopped"), did("P8D", pattern="stopped"), NONE),
    # did not: counts only for those who are known long enough
    (did("P30D", **times("=", 0)), did("P7D", **times("=", 0)), SUBSET),
    (did("P30D", **times("=", 0)), did("P7D"), DISJOINT),
    ({"not": did("P30D")}, did("P30D", **times("=", 0)), EQUAL),
    ({"any": [did("P30D"), did("P30D", **times("=", 0))]}, did("P30D"), Relation.SUPERSET),
    (
        did("P30D", observed="P60D", **times("=", 0)),
        did("P30D", observed="P30D", **times("=", 0)),
        SUBSET,
    ),
    # metrics
    (metric("count", ">=", 1, None), did(), EQUAL),
    (metric("sum", ">", 5), metric("sum", ">", 1), SUBSET),
    (metric("sum", ">", 0), did(), SUBSET),
    (metric("sum", "<", 5), did(), NONE),
    (metric("sum", ">", 5, window={"last": "P7D"}), metric("sum", ">", 5), NONE),
    (metric("max", ">", 5, window={"last": "P7D"}), metric("max", ">", 5), SUBSET),
    (metric("min", "<", 5, window={"last": "P7D"}), metric("min", "<", 5), SUBSET),
    (metric("avg", ">", 5), metric("max", ">", 5), SUBSET),
    (metric("sum", ">", 5), metric("max", ">", 5), NONE),
    (metric("max", "<", 5), metric("sum", ">", 5), NONE),
    (metric("last", ">", 5), metric("min", "<", 5), NONE),
    (metric("max", "<", 5), metric("min", ">", 5), DISJOINT),
    (metric("max", "<=", 5), metric("min", "<=", 5), SUBSET),
    (metric("recency", "<=", 7, None), metric("recency", "<=", 9, None), SUBSET),
    (metric("recency", "<", 7, None), did("P8D"), SUBSET),
    (did("P7D"), metric("recency", "<=", 7, None), SUBSET),
    (metric("recency", "<", 7, None), did("P7D"), SUBSET),  # not so: seven days, an hour later
    (metric("recency", ">", 7, None), did("P7D"), DISJOINT),
    (metric("mode", "=", "a", "category"), metric("mode", "=", "b", "category"), DISJOINT),
    (metric("mode", "=", "a", "category"), did(), SUBSET),
    (metric("sum", ">", 5, empty="unknown"), metric("sum", ">", 5), EQUAL),
    (metric("sum", "<", 5, empty="unknown"), metric("sum", "<", 5), SUBSET),
    (metric("count", "<", 5, None, empty="unknown"), did(), SUBSET),
    (metric("avg", "=", 1, "weight"), metric("avg", "<", 2, "weight"), NONE),  # doubles
    # groups
    ([tier("=", 1), field("code", "=", "a")], tier("=", 1), SUBSET),
    ({"any": [tier("=", 1), field("code", "=", "a")]}, tier("=", 1), Relation.SUPERSET),
    (
        {"count": {"op": ">=", "n": 2}, "of": [tier("=", 1), VIP, did()]},
        {"any": [tier("=", 1), VIP]},
        SUBSET,
    ),
    (
        {"count": {"op": ">=", "n": 2}, "of": [tier("=", 1), VIP, did()]},
        {"any": [[tier("=", 1), VIP], [VIP, did()], [tier("=", 1), did()]]},
        EQUAL,
    ),
    (
        [VIP, {"any": [tier("=", 1), tier("=", 2)]}],
        {"any": [[VIP, tier("=", 1)], [VIP, tier("=", 2)]]},
        EQUAL,
    ),
    # whole rules
    ({"where": tier(">", 1), "universe": VIP}, [tier(">", 1), VIP], EQUAL),
    (
        {"where": tier(">", 1), "exclude": [VIP]},
        [tier(">", 1), {"segment": "vip", "in": False}],
        EQUAL,
    ),
    ({"where": tier(">", 1), "exclude": [VIP]}, VIP, DISJOINT),
    ({"where": tier(">", 1), "limit": {"n": 5, "rank_by": "total_spend"}}, tier(">", 0), SUBSET),
    (
        {"where": tier(">", 1), "limit": {"n": 5, "rank_by": "total_spend"}},
        {"where": tier(">", 1), "limit": {"n": 9, "rank_by": "total_spend"}},
        NONE,
    ),
    ({"where": tier(">", 1), "tz": "Asia/Tokyo"}, tier(">", 1), NONE),
    ([tier(">", 1), tier("<", 1)], tier("=", 5), NONE),  # nobody, of whom anything would be true
]


@pytest.mark.parametrize(("one", "two", "expected"), PAIRS, ids=str)
def test_a_pair_has_the_relation_that_is_written_beside_it(
    one: Any, two: Any, expected: Relation
) -> None:
    first, second = resolve(one), resolve(two)
    assert relation_of(first, second) is expected
    assert relation_of(second, first) is MIRRORED.get(expected, expected)


@pytest.mark.parametrize("rule", [one for one, _, _ in PAIRS[:-1]], ids=str)
def test_laws_of_one_rule(rule: Any) -> None:
    """Equal to itself; within it with one more condition; in it with one alternative more."""
    found = resolve(rule)
    prover = Prover(found.time_zone)
    formula, other = prover.read(found), prover.read_node(resolve(did(on="view")).where)
    assert prover.relation(formula, prover.read(found)) is EQUAL
    assert prover.implies(both(formula, other), formula)
    assert prover.implies(formula, either(formula, other))
    assert not prover.never(formula)


def test_a_parent_of_the_same_run_is_what_its_rule_says() -> None:
    parents = {"adults": resolve(tier(">=", 18)), "vip": resolve([{"segment": "adults"}, did()])}
    vip = resolve({"segment": "vip"})
    assert relation_of(vip, resolve(tier(">=", 18))) is NONE
    assert relation_of(vip, resolve(tier(">=", 18)), parents=parents) is SUBSET
    # whoever's tier is unknown is no adult, which is not the same as being none by its tier
    minors = resolve({"segment": "adults", "in": False})
    assert relation_of(resolve(tier("<", 18)), minors, parents=parents) is SUBSET
    assert relation_of(resolve(tier("missing")), minors, parents=parents) is SUBSET
    stored = resolve({"segment": "adults", "freshness": "stored"})
    assert relation_of(stored, resolve(tier(">=", 18)), parents=parents) is NONE


def test_parents_that_are_made_of_each_other_are_left_closed() -> None:
    parents = {"a": resolve({"segment": "b"}), "b": resolve({"segment": "a"})}
    assert relation_of(resolve({"segment": "a"}), resolve(did()), parents=parents) is NONE


def test_where_absence_needs_no_history_it_is_known() -> None:
    one, two = (
        resolve({"any": [did("P30D"), did("P30D", **times("=", 0))]}, UNGUARDED),
        resolve({"any": [VIP, {"segment": "vip", "in": False}]}, UNGUARDED),
    )
    prover = Prover(MODEL.time_zone)
    assert prover.always(prover.read(one))
    assert prover.always(prover.read(two))


def test_too_large_a_question_stays_undecided() -> None:
    names = list(MODEL.attributes)
    groups = [
        {"any": [[field(one, "exists"), field(other, "missing")] for other in names[:6]]}
        for one in names
    ]
    many = {"count": {"op": ">=", "n": 9}, "of": groups}
    assert relation_of(resolve(many), resolve({"not": many})) in (NONE, DISJOINT)


# -- compositions ----------------------------------------------------------------------------------

STORED: dict[str, Any] = {
    "first": tier("=", 1),
    "low": tier("<=", 3),
    "high": tier(">=", 3),
    "third": tier("=", 3),
    "buyers": did("P90D"),
    "viewers": did("P90D", on="view"),
    "vips": VIP,
}
COMPOSED: list[tuple[Any, Composition | None]] = [
    ([tier("<=", 3), did("P90D")], Composition("INTERSECTION", ("low", "buyers"))),
    (
        [did("P90D"), did("P90D", on="view"), VIP],
        Composition("INTERSECTION", ("buyers", "viewers", "vips")),
    ),
    ({"any": [tier("=", 1), VIP]}, Composition("UNION", ("first", "vips"))),
    (tier("exists"), Composition("UNION", ("low", "high"))),
    (tier("<", 3), Composition("DIFFERENCE", ("low", "high"))),
    ([did("P90D"), {"segment": "vip", "in": False}], Composition("DIFFERENCE", ("buyers", "vips"))),
    ([tier("=", 2), did("P90D")], None),
    (did("P30D"), None),
]


@pytest.mark.parametrize(("rule", "expected"), COMPOSED, ids=str)
def test_a_rule_is_made_of_the_fewest_others(rule: Any, expected: Composition | None) -> None:
    prover = Prover(MODEL.time_zone)
    formula = prover.read(resolve(rule))
    stored = {name: prover.read(resolve(written)) for name, written in STORED.items()}
    relations = prover.compared(formula, stored)

    def having(wanted: Relation) -> dict[str, Any]:
        return {name: stored[name] for name in stored if relations[name] is wanted}

    found = compose(
        prover,
        formula,
        supersets=having(SUBSET),
        subsets=having(Relation.SUPERSET),
        disjoint=having(DISJOINT),
    )
    assert found == expected


def test_a_part_stands_for_the_conditions_it_implies() -> None:
    prover = Prover(MODEL.time_zone)
    conditions = [prover.read_node(resolve(one).where) for one in (tier("<", 5), did(), VIP)]
    stored = {
        name: prover.read(resolve(rule))
        for name, rule in {"both": [tier("<", 5), did()], "one": VIP, "wider": tier("<", 9)}.items()
    }
    found = parts_of(prover, conditions, stored)
    assert [(part.name, part.covered) for part in found] == [("both", (0, 1)), ("one", (2,))]


def test_a_rule_of_another_zone_is_not_read() -> None:
    tokyo: ResolvedRule = resolve({"where": VIP, "tz": "Asia/Tokyo"})
    with pytest.raises(ValueError, match="Asia/Tokyo"):
        Prover("UTC").read(tokyo)
