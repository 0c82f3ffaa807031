"""Points and areas on the globe: the law for `near`.

Distance is the haversine great circle on a sphere of 6371.0088 km, the mean Earth radius R1 of the
IUGG; inside a polygon is the even-odd rule on the flat latitude/longitude map.
"""

from __future__ import annotations

import math

EARTH_RADIUS_KM = 6371.0088


def inside_circle(
    latitude: float, longitude: float, *, centre: tuple[float, float], km: float
) -> bool:
    """Whether a point (degrees) lies within ``km`` of the centre; the edge counts as inside."""
    return haversine(latitude, longitude, centre=centre) <= chord_limit(km)


def haversine(latitude: float, longitude: float, *, centre: tuple[float, float]) -> float:
    """Return sin²(distance / 2R) between a point and the centre, both in degrees."""
    half = math.pi / 360
    rise = math.sin((latitude - centre[0]) * half)
    run = math.sin((longitude - centre[1]) * half)
    shrink = math.cos(math.radians(centre[0])) * math.cos(latitude * (math.pi / 180))
    return rise * rise + shrink * (run * run)


def chord_limit(km: float) -> float:
    """Return what `haversine` is at a distance of ``km``; more than half the globe gives 1."""
    return math.sin(min(km / (2 * EARTH_RADIUS_KM), math.pi / 2)) ** 2


def distance_km(latitude: float, longitude: float, *, centre: tuple[float, float]) -> float:
    """Return the great-circle distance in kilometres."""
    chord = haversine(latitude, longitude, centre=centre)
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, chord)))


def inside_polygon(
    latitude: float, longitude: float, corners: tuple[tuple[float, float], ...]
) -> bool:
    """Whether a point lies inside a polygon: a ray to the east crosses an odd number of edges."""
    inside = False
    for (lat_a, lon_a), (lat_b, lon_b) in zip(corners, corners[1:] + corners[:1], strict=True):
        if (lat_a > latitude) != (lat_b > latitude):
            crossing = lon_a + (latitude - lat_a) / (lat_b - lat_a) * (lon_b - lon_a)
            inside ^= longitude < crossing
    return inside
