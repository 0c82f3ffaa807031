"""Areas on columns of points: exactly what `rules/geo.py` says, mostly by single precision.

A circle is a chord's length on the unit sphere. Single precision knows it to about 15 metres; the
few points so near the edge are computed again in doubles, and those that even doubles cannot tell
apart (NumPy's sines may differ in the last bit) are given to the reference.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muster.engines.index.layout import Points
from muster.engines.index.membership import Flags
from muster.rules.geo import chord_limit, inside_circle
from muster.rules.resolved import Circle, Polygon

_HALF_DEGREE = math.pi / 360
_DEGREE = math.pi / 180
_QUARTER = np.float32(math.pi / 2)
# Errors of a chord between unit vectors in single precision: rounding the angles (up to 360
# degrees: 2.4e-7), sines, products; twice what they add up to.
_ABSOLUTE_ERROR = 2e-6
_RELATIVE_ERROR = 1e-6
_DOUBLE_ERROR = 1e-12  # of the haversine in doubles; some hundred times what it can be
_MANY_EDGES = 8
_BESIDE = 1e-6  # degrees; more than rounding moves the crossing of an edge


@dataclass(frozen=True, slots=True)
class Sphere:
    """Points of some rows as unit vectors in single precision.

    ``wild``: rows whose coordinates are off the globe, for which single precision says nothing.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    z: NDArray[np.float32]
    wild: NDArray[np.int64]


def sphere_of(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> Sphere:
    """Return points in degrees as unit vectors; no point (NaN) is no vector (NaN)."""
    with np.errstate(invalid="ignore", over="ignore"):  # infinite ones are wild
        tall = (latitude * _DEGREE).astype(np.float32)
        wide = (longitude * _DEGREE).astype(np.float32)
        wild = np.flatnonzero((np.abs(tall) > _QUARTER) | (np.abs(wide) > 4 * _QUARTER))
        shrink = np.cos(tall)
        return Sphere(shrink * np.cos(wide), shrink * np.sin(wide), np.sin(tall), wild)


def in_circle(points: Points, rows: slice, sphere: Sphere, circle: Circle) -> Flags:
    """Return which points of some rows lie in a circle; ``sphere`` is of the same rows."""
    reach = 2 * math.sqrt(chord_limit(circle.km))
    slack = _ABSOLUTE_ERROR + _RELATIVE_ERROR * reach
    tall, wide = math.radians(circle.latitude), math.radians(circle.longitude)
    centre = (math.cos(tall) * math.cos(wide), math.cos(tall) * math.sin(wide), math.sin(tall))
    chord = sphere.x - np.float32(centre[0])
    chord *= chord
    for axis, place in ((sphere.y, centre[1]), (sphere.z, centre[2])):
        apart = axis - np.float32(place)
        apart *= apart
        chord += apart
    inside = chord <= np.float32(max(reach - slack, 0.0) ** 2)
    edge = chord <= np.float32((reach + slack) ** 2)
    edge ^= inside
    doubtful = np.concatenate([np.flatnonzero(edge), sphere.wild])
    if len(doubtful):
        latitude, longitude = points.latitude[rows][doubtful], points.longitude[rows][doubtful]
        inside[doubtful] = _in_circle_exactly(latitude, longitude, circle)
    return inside


def _in_circle_exactly(
    latitude: NDArray[np.float64], longitude: NDArray[np.float64], circle: Circle
) -> Flags:
    """Compute as `rules/geo.haversine` does; ask it itself where the last bits could decide."""
    limit = chord_limit(circle.km)
    with np.errstate(invalid="ignore", over="ignore"):
        rise = np.sin((latitude - circle.latitude) * _HALF_DEGREE)
        run = np.sin((longitude - circle.longitude) * _HALF_DEGREE)
        shrink = math.cos(math.radians(circle.latitude)) * np.cos(latitude * _DEGREE)
        found = rise * rise + shrink * (run * run)
        # Off the globe the second term may be negative and cancel the first.
        error = _DOUBLE_ERROR * np.where(np.abs(latitude) <= 90, limit, 1.0)
        inside: Flags = found <= limit
        close = np.flatnonzero(np.abs(found - limit) <= error)
    centre = (circle.latitude, circle.longitude)
    for spot in close.tolist():
        point = float(latitude[spot]), float(longitude[spot])
        inside[spot] = inside_circle(*point, centre=centre, km=circle.km)
    return inside


def in_polygon(points: Points, rows: slice, polygon: Polygon) -> Flags:
    """Return which points of some rows lie in a polygon, edge by edge as the reference does.

    Sums, products and comparisons of doubles are the same everywhere, so nothing is doubtful.
    """
    latitude, longitude = points.latitude[rows], points.longitude[rows]
    tall, wide = zip(*polygon.corners, strict=True)
    # No edge spans latitudes beyond; a ray from the far west crosses an even number.
    box = (latitude >= min(tall)) & (latitude < max(tall))
    box &= longitude >= min(wide) - _BESIDE
    box &= longitude <= max(wide) + _BESIDE
    spots = np.flatnonzero(box)
    found = np.zeros(len(latitude), dtype=np.bool_)
    found[spots] = _crossed_oddly(latitude[spots], longitude[spots], polygon.corners)
    return found


def _crossed_oddly(
    latitude: NDArray[np.float64],
    longitude: NDArray[np.float64],
    corners: tuple[tuple[float, float], ...],
) -> Flags:
    """Return whether a ray to the east crosses an odd number of edges.

    By latitude in order, the points that an edge spans are neighbours: worth it for many edges.
    """
    order = np.argsort(latitude) if len(corners) > _MANY_EDGES else slice(None)
    tall, wide = latitude[order], longitude[order]
    odd = np.zeros(len(tall), dtype=np.bool_)
    for (lat_a, lon_a), (lat_b, lon_b) in zip(corners, corners[1:] + corners[:1], strict=True):
        if lat_a == lat_b:
            continue
        low, high = min(lat_a, lat_b), max(lat_a, lat_b)
        spanned = slice(None)
        if len(corners) > _MANY_EDGES:
            spanned = slice(*np.searchsorted(tall, (low, high)).tolist())
        y, x = tall[spanned], wide[spanned]
        crossing = y - lat_a
        crossing /= lat_b - lat_a
        crossing *= lon_b - lon_a
        crossing += lon_a
        west = x < crossing
        if len(corners) <= _MANY_EDGES:
            west &= y >= low
            west &= y < high
        odd[spanned] ^= west
    found = np.empty_like(odd)
    found[order] = odd
    return found
