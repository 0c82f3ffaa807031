"""Draws the remaining leaves, as JSON: membership, areas, buckets, facets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from muster.base.datamodel import Field, FieldType
from tests.strategies.rows import TEXT_FAMILIES
from tests.strategies.setting import Setting
from tests.strategies.tests_on_fields import literal
from tests.strategies.windows import draw_window

T = FieldType
# Corners lie on points that rows hold, so that edges are tested: arithmetic there is exact.
POLYGONS = (
    [[-34, 150], [-33, 150], [-33, 152], [-34, 152]],
    [[0, 0], [10, 20], [20, 15], [10, 10], [30, 5]],
    [[10, 10], [10, 20], [20, 20], [20, 10], [10, 10]],
    [[-90, -180], [90, -180], [90, 180], [-90, 180]],
    [[28.5, 77], [28.75, 77.5], [28, 78]],
    [[51, -1], [52, 0], [51, 1], [52, -1]],  # crosses itself
)
CIRCLES = (
    (-33.87, 151.21, 10),
    (-33.87, 151.21, "30.5"),
    (0, 0, 20040),
    (28.6139, 77.209, 0.001),
    (19, 73, 150),
    (51.5, 179.9, 5000),
    (-33, 180, 100),
    (90, 0, 1),
)


def draw_near(setting: Setting, points: Sequence[str]) -> dict[str, Any]:
    """Draw an area for one of the point fields."""
    choose = setting.choose
    name = choose.one(points)
    match choose.one(("circle", "polygon", "place")):
        case "circle":
            latitude, longitude, km = choose.one(CIRCLES)
            return {"near": {"field": name, "lat": latitude, "lon": longitude, "km": km}}
        case "polygon":
            return {"near": {"field": name, "polygon": choose.one(POLYGONS)}}
    return {"near": {"field": name, "place": choose.one(sorted(setting.model.places))}}


def draw_member(setting: Setting) -> dict[str, Any]:
    """Draw membership of a list or of a segment, or its change."""
    choose = setting.choose
    node = draw_source_of_members(setting)
    if choose.chance(40):
        node["in"] = choose.one((True, False))
    return node


def draw_source_of_members(setting: Setting) -> dict[str, Any]:
    """Draw a list or a segment, with version or change."""
    choose = setting.choose
    if not setting.segments or choose.chance(25):
        return {"list": choose.one(sorted(setting.model.lists))}
    node: dict[str, Any] = {"segment": choose.one(sorted(setting.segments))}
    if node["segment"].isdigit() and choose.chance(50):
        node["segment"] = int(node["segment"])
    form = choose.one(("plain", "changed", "changed", "version"))
    if form == "changed":
        kind = choose.one(("entered", "exited"))
        node["changed"] = {kind: draw_window(setting)}
    elif form == "version":
        node["version"] = choose.one(("latest", 1, 2, 3))
    if choose.chance(20):
        node["freshness"] = choose.one(("same_run", "stored", "PT6H", "<=P1D"))
    return node


def draw_bucket(setting: Setting) -> dict[str, Any]:
    """Draw a share of everyone."""
    choose = setting.choose
    low, high = choose.one(
        ((0, 0.5), ("0.5", 1), (0.25, 0.75), ("0.333333333333", "0.666666666666"), (0, 1), (0, 0.1))
    )
    bucket = {"salt": choose.one(("exp1", "ünï'", "2", "a b")), "from": low, "to": high}
    for name, default in (("from", 0), ("to", 1)):
        if bucket[name] == default and choose.chance(50):
            del bucket[name]
    return {"bucket": bucket}


# -- the advertiser's facets -----------------------------------------------------------------------

AGE_BANDS = ("18-24", "25-34", "35-44", "25-25", "65+", "0+", "0-17", "36-64")


def draw_facets(setting: Setting) -> dict[str, Any]:
    """Draw one to four facets."""
    choose = setting.choose
    makers = {
        "age_bands": lambda: choose.some(AGE_BANDS, 1, 2),
        "demographics": lambda: _demographics(setting),
        "locations": lambda: _locations(setting),
        "interests": lambda: _interests(setting),
    }
    node = {name: makers[name]() for name in choose.some(makers, 1)}
    if choose.chance(10):
        empty = choose.one([name for name in makers if name not in node] or ["age_bands"])
        node.setdefault(empty, {} if empty == "demographics" else [])
    return node


def _demographics(setting: Setting) -> dict[str, Any]:
    choose = setting.choose
    model = setting.model
    allowed = [
        name
        for name in model.facets.demographics or tuple(model.attributes)
        if model.attributes[name].type not in (T.GEO, T.TIMESTAMP)
    ]
    found: dict[str, Any] = {}
    for name in choose.some(allowed, 1, 2):
        field, values = model.attributes[name], setting.attribute_values[name]
        wanted = [literal(setting, field, values) for _ in range(choose.number(1, 3))]
        found[name] = wanted[0] if len(wanted) == 1 and choose.chance(30) else wanted
    return found


def _locations(setting: Setting) -> list[str]:
    choose = setting.choose
    model = setting.model
    values = sorted(
        {str(value) for name in model.facets.locations for value in setting.attribute_values[name]}
        - {""}
    )
    places = choose.some(sorted(model.places), 0, 1)
    return [*places, *choose.some(values or ["NSW"], 0 if places else 1, 2)]


def _interests(setting: Setting) -> Any:
    choose = setting.choose
    facets = setting.model.facets
    by_events = facets.interest_source is not None and choose.chance(60)
    words = _interest_words(setting, by_events)
    if not by_events and choose.chance(30):
        return choose.some(words, 1, 3)
    found: dict[str, Any] = {
        name: choose.some(words, 1, 2) for name in choose.some(("any", "all", "none"), 1)
    }
    if by_events:
        for name in choose.some(("min_affinity", "window"), 1):
            found[name] = (
                choose.one((1, 2, "5", 30, "0.5"))
                if name == "min_affinity"
                else draw_window(setting)
            )
    return found


def _interest_words(setting: Setting, by_events: bool) -> list[str]:
    model = setting.model
    if not by_events:
        known = setting.attribute_values[str(model.facets.interests)]
        words = sorted({word for words in known for word in words if word})
        return words or [TEXT_FAMILIES[0][0]]
    field: Field
    fields, values = setting.events_of((str(model.facets.interest_source),))
    field = fields["genre"]
    if field.values:
        return list(field.values)
    return sorted({word for word in values["genre"] if word}) or ["drama"]
