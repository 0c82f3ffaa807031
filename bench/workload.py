"""The benchmark's hundred rules, in Muster's own rule documents.

Eighty rules ask about users, their purchases and the advertisements they saw; twenty combine
segments of those eighty by set operations. Thresholds are chosen so that segments hold from a few
dozen to most of a million.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

Rule = dict[str, Any]
Condition = dict[str, Any]

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
"""The instant every rule is evaluated at: the end of the two years of events."""

_PLACES = {
    "sydney": (-33.87, 151.21),
    "melbourne": (-37.81, 144.96),
    "brisbane": (-27.47, 153.03),
    "perth": (-31.95, 115.86),
    "adelaide": (-34.93, 138.60),
}


def hundred_rules() -> tuple[Rule, ...]:
    """Return the rules, parents before children."""
    return (
        *_about_the_user(),
        *_near_a_place(),
        *_spend(),
        *_number_of_purchases(),
        *_never_bought(),
        *_recency(),
        *_absolute_ranges(),
        *_tickets_and_merchants(),
        *_advertisements(),
        *_nested(),
        *_combined(),
    )


def _rule(name: str, where: Condition) -> Rule:
    return {"name": name, "where": where}


# -- conditions ------------------------------------------------------------------------------------


def _is(field: str, value: Any, op: str = "=") -> Condition:
    return {"field": field, "op": op, "value": value}


def _aged(low: int, high: int) -> Condition:
    return _is("age", [low, high], "between")


def _likes(*interests: str) -> Condition:
    return _is("interests", list(interests), "has_any")


def _near(place: str, km: int) -> Condition:
    latitude, longitude = _PLACES[place]
    return {"near": {"field": "home", "lat": latitude, "lon": longitude, "km": km}}


def _last(days: int) -> Condition:
    return {"last": f"P{days}D"}


def _scan(window: Condition | None, categories: tuple[str, ...]) -> Condition:
    """Return the parts that say which purchases are meant."""
    found: Condition = {} if window is None else {"window": window}
    if len(categories) == 1:
        found["where"] = [_is("category", categories[0])]
    elif categories:
        found["where"] = [_is("category", list(categories), "in")]
    return found


def _metric(
    metric: str, op: str, value: Any, window: Condition | None = None, *categories: str
) -> Condition:
    return {"metric": metric, "op": op, "value": value, **_scan(window, categories)}


def _spent(op: str, amount: int, days: int, *categories: str) -> Condition:
    return _metric("spend", op, amount, _last(days), *categories)


def _bought(times: int, days: int, *categories: str) -> Condition:
    found: Condition = {"did": "purchase", **_scan(_last(days), categories)}
    return found if times == 1 else {**found, "times": {"op": ">=", "n": times}}


def _never(days: int, *categories: str) -> Condition:
    times = {"op": "=", "n": 0}
    return {"did": "purchase", "times": times, **_scan(_last(days), categories)}


def _shown(op: str, times: int, days: int, *tests: Condition) -> Condition:
    """Return how often somebody was shown advertisements of which all tests are true."""
    found: Condition = {"did": "impression", "window": _last(days)}
    if tests:
        found["where"] = list(tests)
    return {**found, "times": {"op": op, "n": times}}


def _quiet_for(op: str, days: int, *categories: str) -> Condition:
    return _metric("days_since_purchase", op, days, None, *categories)


def _all(*conditions: Condition) -> Condition:
    return {"all": list(conditions)}


def _any(*conditions: Condition) -> Condition:
    return {"any": list(conditions)}


def _not(condition: Condition) -> Condition:
    return {"not": condition}


# -- eighty rules by themselves --------------------------------------------------------------------


def _about_the_user() -> Iterator[Rule]:
    yield _rule("young_metro", _all(_aged(21, 30), _is("city_tier", 1)))
    yield _rule("women_25_40", _all(_is("gender", "F"), _aged(25, 40)))
    yield _rule("southern_states", _is("state", ["VIC", "SA", "TAS"], "in"))
    yield _rule("sport_fans", _likes("sport"))
    yield _rule("travel_or_cars", _likes("travel", "cars"))
    yield _rule("joined_last_90", _is("created_at", "P90D", "in_last"))
    yield _rule("not_metro", _not(_is("city_tier", 1)))
    yield _rule("not_over_30", _not(_is("age", 30, ">")))
    yield _rule("seniors_nsw", _all(_is("age", 60, ">="), _is("state", "NSW")))
    yield _rule(
        "young_gamers_in_science",
        _all(_likes("games"), _likes("science"), _is("age", 25, "<")),
    )


def _near_a_place() -> Iterator[Rule]:
    for place, km in (("sydney", 10), ("melbourne", 25), ("brisbane", 50), ("perth", 75)):
        yield _rule(f"within_{km}_km_of_{place}", _near(place, km))
    yield _rule("sydney_or_melbourne", _any(_near("sydney", 40), _near("melbourne", 40)))


def _spend() -> Iterator[Rule]:
    for days, amount in ((7, 500), (30, 1000), (60, 2000), (90, 3000), (365, 9000), (730, 15000)):
        yield _rule(f"spent_{amount}_in_{days}_days", _spent(">=", amount, days))
    for category, days, amount in (
        ("travel", 90, 600),
        ("groceries", 30, 400),
        ("fashion", 60, 500),
        ("electronics", 180, 900),
        ("jewellery", 365, 1200),
        ("dining", 30, 300),
    ):
        yield _rule(f"spent_on_{category}_in_{days}", _spent(">=", amount, days, category))
    yield _rule("low_spend_30", _spent("<", 100, 30))
    yield _rule("low_spend_365", _spent("<", 1000, 365))


def _number_of_purchases() -> Iterator[Rule]:
    yield _rule("bought_4_times_in_30", _bought(4, 30))
    yield _rule("bought_30_times_in_365", _bought(30, 365))
    for category, days, times in (
        ("fuel", 30, 2),
        ("groceries", 90, 3),
        ("dining", 60, 2),
        ("pharmacy", 180, 3),
        ("education", 365, 4),
    ):
        yield _rule(f"bought_{category}_{times}_times_in_{days}", _bought(times, days, category))


def _never_bought() -> Iterator[Rule]:
    for category, days in (
        ("travel", 365),
        ("insurance", 730),
        ("electronics", 180),
        ("charity", 365),
        ("groceries", 60),
        ("fuel", 30),
    ):
        yield _rule(f"no_{category}_in_{days}", _never(days, category))


def _recency() -> Iterator[Rule]:
    yield _rule("active_7", _quiet_for("<=", 7))
    yield _rule("active_30", _quiet_for("<=", 30))
    yield _rule("lapsed_90", _quiet_for(">", 90))
    yield _rule("lapsed_travel_180", _quiet_for(">", 180, "travel"))
    yield _rule("fashion_14", _quiet_for("<=", 14, "fashion"))


def _absolute_ranges() -> Iterator[Rule]:
    def between(start: str, end: str) -> Condition:
        return {"from": start, "to": end}

    november = between("2025-11-01", "2025-12-01")
    yield _rule("november_2025_spend", _metric("spend", ">=", 900, november))
    easter = between("2024-03-20", "2024-04-05")
    yield _rule("easter_2024_buyers", _metric("purchases", ">=", 3, easter))
    year = between("2024-07-01", "2025-07-01")
    yield _rule("financial_year_spend", _metric("spend", ">=", 8000, year))
    december = between("2025-12-01", "2026-01-01")
    yield _rule("december_gifts", _metric("spend", ">=", 500, december, "jewellery", "toys"))


def _tickets_and_merchants() -> Iterator[Rule]:
    yield _rule("average_ticket_90", _metric("average_ticket", ">=", 250, _last(90)))
    yield _rule("average_ticket_ever_low", _metric("average_ticket", "<", 120))
    yield _rule("largest_ticket_365", _metric("largest_ticket", ">=", 2000, _last(365)))
    big = {"did": "purchase", "window": _last(180), "where": [_is("amount", 800, ">=")]}
    yield _rule("three_big_tickets", {**big, "times": {"op": ">=", "n": 3}})
    shop = {"did": "purchase", "window": _last(180), "where": [_is("merchant", "shop 42")]}
    yield _rule("buyers_at_shop_42", shop)


def _advertisements() -> Iterator[Rule]:
    clicked, push = _is("clicked", True), _is("channel", "push")
    yield _rule("clicked_in_30", _shown(">=", 1, 30, clicked))
    yield _rule("saw_campaign_3_twice", _shown(">=", 2, 90, _is("campaign", 3)))
    yield _rule(
        "push_without_a_click", _all(_shown(">=", 3, 60, push), _shown("=", 0, 60, push, clicked))
    )
    yield _rule(
        "saw_travel_did_not_buy",
        _all(_shown(">=", 1, 30, _is("campaign", [7, 8, 9], "in")), _never(30, "travel")),
    )
    yield _rule("tired_of_email", _shown(">=", 4, 30, _is("channel", "email")))
    yield _rule("no_advertisement_60", _shown("=", 0, 60))


def _nested() -> Iterator[Rule]:
    """Yield deeper trees; each line below is one rule of one of four shapes."""
    for number, (state, first, days, amount, second, times) in enumerate(
        (
            ("NSW", "travel", 90, 300, "dining", 2),
            ("VIC", "fuel", 30, 150, "groceries", 3),
            ("QLD", "rent", 180, 500, "utilities", 2),
            ("WA", "beauty", 365, 900, "fashion", 3),
            ("SA", "books", 60, 200, "streaming", 1),
        ),
        start=1,
    ):
        either = _any(_spent(">=", amount, days, first), _bought(times, 90, second))
        yield _rule(f"state_and_habit_{number}", _all(_is("state", state), either))
    for number, (low, high, amount, days, first, second) in enumerate(
        (
            (18, 35, 1500, 90, "travel", "education"),
            (30, 50, 2500, 180, "electronics", "home"),
            (45, 70, 600, 30, "pharmacy", "charity"),
            (25, 44, 5000, 365, "telecom", "insurance"),
        ),
        start=1,
    ):
        young = _all(_aged(low, high), _spent(">", amount, days))
        switched = _all(_spent(">=", 300, days, first), _never(90, second))
        yield _rule(f"spender_or_switcher_{number}", _any(young, switched))
    for number, (interest, tier, amount, days, category, place) in enumerate(
        (
            ("sport", 1, 2000, 60, "sport", "sydney"),
            ("film", 2, 4000, 180, "streaming", "melbourne"),
            ("travel", 1, 900, 30, "travel", "brisbane"),
            ("cooking", 3, 8000, 365, "groceries", "perth"),
            ("music", 2, 3000, 90, "electronics", "adelaide"),
        ),
        start=1,
    ):
        reach = _any(_spent(">", amount, days), _not(_bought(1, 90, category)), _near(place, 30))
        yield _rule(
            f"fans_in_reach_{number}", _all(_likes(interest), _is("city_tier", tier), reach)
        )
    for number, (amount, days, first, second, low, high) in enumerate(
        (
            (1000, 30, "dining", "travel", 21, 40),
            (3000, 180, "fashion", "beauty", 25, 55),
            (500, 30, "groceries", "fuel", 30, 65),
            (6000, 365, "home", "telecom", 35, 60),
        ),
        start=1,
    ):
        lately = _any(_aged(low, high), _quiet_for("<=", 60, first))
        yield _rule(
            f"big_without_{number}", _all(_spent(">", amount, days), _never(30, second), lately)
        )


# -- twenty combinations ---------------------------------------------------------------------------


def _combined() -> Iterator[Rule]:
    for number, (operation, *parents) in enumerate(
        (
            ("INTERSECTION", "young_metro", "active_30"),
            ("INTERSECTION", "women_25_40", "spent_on_fashion_in_60"),
            ("INTERSECTION", "within_10_km_of_sydney", "bought_4_times_in_30", "sport_fans"),
            ("INTERSECTION", "lapsed_90", "financial_year_spend"),
            ("DIFFERENCE", "travel_or_cars", "tired_of_email", "fashion_14"),
            ("INTERSECTION", "no_insurance_in_730", "average_ticket_90"),
            ("INTERSECTION", "spender_or_switcher_1", "fans_in_reach_1"),
            ("UNION", "seniors_nsw", "bought_pharmacy_3_times_in_180"),
            ("UNION", "spent_500_in_7_days", "december_gifts"),
            ("UNION", "three_big_tickets", "largest_ticket_365"),
            ("UNION", "clicked_in_30", "state_and_habit_4"),
            ("UNION", "easter_2024_buyers", "november_2025_spend", "buyers_at_shop_42"),
            ("UNION", "within_25_km_of_melbourne", "within_50_km_of_brisbane"),
            ("DIFFERENCE", "active_30", "active_7"),
            ("DIFFERENCE", "spent_9000_in_365_days", "bought_4_times_in_30"),
            ("DIFFERENCE", "southern_states", "low_spend_365"),
            ("DIFFERENCE", "no_travel_in_365", "low_spend_365", "joined_last_90"),
            ("DIFFERENCE", "sydney_or_melbourne", "no_fuel_in_30"),
            # These two are made of combinations themselves.
            ("DIFFERENCE", "combined_1", "low_spend_30"),
            ("INTERSECTION", "combined_10", "combined_14", "not_metro"),
        ),
        start=1,
    ):
        yield {"name": f"combined_{number}", "depends_on": parents, "operation": operation}
