"""One area condition about one entity: how far it is, and how far it would have to move."""

from __future__ import annotations

import math
from typing import Any

from muster.rules.explain_entity import Entity
from muster.rules.explain_records import Change, Finding
from muster.rules.geo import EARTH_RADIUS_KM, distance_km, inside_circle, inside_polygon
from muster.rules.resolved import Circle, InArea, Polygon
from muster.rules.sentence_leaves import area_sentence
from muster.rules.sentence_words import Words

Point = tuple[float, float]

_NUDGES = (0.0, 1e-9, 1e-6, 1e-3, 0.05)
"""By which share of the way a point is moved beyond the edge until it is surely across."""


def area_finding(leaf: InArea, entity: Entity, words: Words, *, wanted: bool) -> Finding:
    """Return what was found; the flip leads to ``wanted``.

    ``value`` is the distance in kilometres, from a circle's centre or a polygon's nearest edge.
    """
    point = entity.row.get(leaf.field.name)
    asked = area_sentence(words, leaf)
    if point is None or not is_point(point):
        where = "in" if wanted else "outside"
        flip = Change("set", f"needs a location {where} the area")
        return Finding(None, "no location", leaf.area, asked, None, flip)
    if isinstance(leaf.area, Circle):
        far = distance_km(*point, centre=(leaf.area.latitude, leaf.area.longitude))
        flip_circle = _circle_change(leaf.area, point, far, wanted)
        shown = f"{_km(far)} from the centre"
        reason = None if flip_circle else "The circle covers the whole globe."
        return Finding(far, shown, leaf.area, asked, None, flip_circle, reason)
    near = _nearest_on_edge(point, leaf.area)
    far = distance_km(*point, centre=near)
    inside = inside_polygon(point[0], point[1], leaf.area.corners)
    shown = f"{_km(far)} {'inside' if inside else 'outside'} the edge"
    change = _polygon_change(leaf.area, point, near, far, wanted)
    return Finding(far, shown, leaf.area, asked, None, change)


def is_point(value: tuple[float | None, ...]) -> bool:
    """Whether both degrees are there."""
    return all(part is not None and part == part for part in value)


def _km(distance: float) -> str:
    return f"{distance:,.1f} km" if distance >= 0.1 else f"{distance * 1000:,.0f} m"


def _circle_change(circle: Circle, point: Point, far: float, wanted: bool) -> Change | None:
    """Move along the great circle through the centre, to the edge."""
    if not wanted and circle.km >= math.pi * EARTH_RADIUS_KM:
        return None
    centre = (circle.latitude, circle.longitude)
    amount = abs(far - circle.km)
    words = f"move {_km(amount)} {'closer' if wanted else 'further away'}"
    for nudge in _NUDGES:
        share = 1 - nudge if wanted else 1 + nudge
        target = _towards(centre, point, circle.km * share, far)
        if inside_circle(*target, centre=centre, km=circle.km) is wanted:
            return Change("closer" if wanted else "farther", words, amount, target)
    return Change("closer" if wanted else "farther", words, amount, centre if wanted else None)


def _towards(centre: Point, point: Point, km: float, far: float) -> Point:
    """Return the point at a distance from the centre, in the direction of another point."""
    angle = km / EARTH_RADIUS_KM
    lat, lon = (math.radians(part) for part in centre)
    bearing = 0.0 if far == 0 else _bearing(centre, point)
    sine = math.sin(lat) * math.cos(angle) + math.cos(lat) * math.sin(angle) * math.cos(bearing)
    latitude = math.asin(max(-1.0, min(1.0, sine)))
    east = math.sin(bearing) * math.sin(angle) * math.cos(lat)
    longitude = lon + math.atan2(east, math.cos(angle) - math.sin(lat) * sine)
    return math.degrees(latitude), (math.degrees(longitude) + 540) % 360 - 180


def _bearing(start: Point, end: Point) -> float:
    lat_a, lon_a = (math.radians(part) for part in start)
    lat_b, lon_b = (math.radians(part) for part in end)
    east = math.sin(lon_b - lon_a) * math.cos(lat_b)
    north = math.cos(lat_a) * math.sin(lat_b)
    north -= math.sin(lat_a) * math.cos(lat_b) * math.cos(lon_b - lon_a)
    return math.atan2(east, north)


def _polygon_change(
    polygon: Polygon, point: Point, near: Point, far: float, wanted: bool
) -> Change | None:
    """Move to the nearest point of the edge and a little beyond."""
    words = f"move {_km(far)} {'into' if wanted else 'out of'} the area"
    kind = "closer" if wanted else "farther"
    for nudge in _NUDGES:
        share = 1 + nudge
        target = tuple(a + (b - a) * share for a, b in zip(point, near, strict=True))
        if inside_polygon(target[0], target[1], polygon.corners) is wanted:
            return Change(kind, words, far, target)
    return Change(kind, words, far)


def _nearest_on_edge(point: Point, polygon: Polygon) -> Point:
    """Return the nearest point of the edge on a map that is true in scale about the point."""
    shrink = max(math.cos(math.radians(point[0])), 1e-6)
    corners = polygon.corners
    found: list[Point] = [
        _nearest_on_line(point, a, b, shrink)
        for a, b in zip(corners, corners[1:] + corners[:1], strict=True)
    ]
    return min(found, key=lambda one: distance_km(*point, centre=one))


def _nearest_on_line(point: Point, a: Point, b: Point, shrink: float) -> Point:
    def flat(one: Point) -> Point:
        return one[0] - point[0], (one[1] - point[1]) * shrink

    (ay, ax), (by, bx) = flat(a), flat(b)
    length: Any = (by - ay) ** 2 + (bx - ax) ** 2
    share = 0.0 if length == 0 else -(ay * (by - ay) + ax * (bx - ax)) / length
    share = min(1.0, max(0.0, share))
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
