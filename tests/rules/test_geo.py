"""Circles and polygons on the globe."""

from __future__ import annotations

import math

import pytest

from muster.rules.geo import EARTH_RADIUS_KM, distance_km, inside_circle, inside_polygon

SYDNEY = (-33.8688, 151.2093)
KM_PER_DEGREE = math.pi * EARTH_RADIUS_KM / 180

DISTANCES = [
    (SYDNEY, (-37.8136, 144.9631), 713.4),  # Melbourne
    ((51.5074, -0.1278), (40.7128, -74.0060), 5570.2),  # London - New York
    ((0.0, 179.5), (0.0, -179.5), KM_PER_DEGREE),  # across the date line
    ((90.0, 0.0), (90.0, 120.0), 0.0),  # all meridians meet at the pole
    ((0.0, 0.0), (0.0, 180.0), math.pi * EARTH_RADIUS_KM),  # the other side
    (SYDNEY, SYDNEY, 0.0),
]


@pytest.mark.parametrize(("first", "second", "km"), DISTANCES)
def test_distances_are_great_circles(
    first: tuple[float, float], second: tuple[float, float], km: float
) -> None:
    assert distance_km(*first, centre=second) == pytest.approx(km, abs=0.1)
    assert distance_km(*second, centre=first) == pytest.approx(km, abs=0.1)


def test_a_circle_holds_what_is_near_enough() -> None:
    assert inside_circle(1.0, 0.0, centre=(0.0, 0.0), km=KM_PER_DEGREE + 0.001)
    assert not inside_circle(1.0, 0.0, centre=(0.0, 0.0), km=KM_PER_DEGREE - 0.001)
    assert inside_circle(*SYDNEY, centre=SYDNEY, km=0.001)


def test_a_circle_of_half_the_globe_holds_everything() -> None:
    assert inside_circle(0.0, 180.0, centre=(0.0, 0.0), km=20_040)
    assert not inside_circle(0.0, 180.0, centre=(0.0, 0.0), km=19_900)


SQUARE = ((0.0, 0.0), (0.0, 10.0), (10.0, 10.0), (10.0, 0.0))
HOLLOW = ((0.0, 0.0), (0.0, 10.0), (10.0, 10.0), (10.0, 0.0), (5.0, 5.0))
BOW = ((0.0, 0.0), (10.0, 10.0), (10.0, 0.0), (0.0, 10.0))

POINTS = [
    (SQUARE, (5.0, 5.0), True),
    (SQUARE, (5.0, 11.0), False),
    (SQUARE, (-1.0, 5.0), False),
    (SQUARE, (11.0, 5.0), False),
    (SQUARE, (0.0, 5.0), True),  # the lower and left edges belong to it, the others do not
    (SQUARE, (5.0, 0.0), True),
    (SQUARE, (10.0, 5.0), False),
    (SQUARE, (5.0, 10.0), False),
    (HOLLOW, (5.0, 2.0), False),
    (HOLLOW, (5.0, 8.0), True),
    (BOW, (2.0, 5.0), True),  # crosses itself: two wings that meet in the middle
    (BOW, (8.0, 5.0), True),
    (BOW, (5.0, 2.0), False),
    (BOW, (5.0, 8.0), False),
]


@pytest.mark.parametrize(("corners", "point", "inside"), POINTS)
def test_a_polygon_holds_what_an_odd_number_of_edges_encloses(
    corners: tuple[tuple[float, float], ...], point: tuple[float, float], inside: bool
) -> None:
    assert inside_polygon(*point, corners) is inside
    # whichever corner comes first, whichever way round, closed by its author or not
    assert inside_polygon(*point, corners[1:] + corners[:1]) is inside
    assert inside_polygon(*point, corners[::-1]) is inside
    assert inside_polygon(*point, (*corners, corners[0])) is inside


def test_neighbouring_polygons_share_no_point() -> None:
    left = ((0.0, 0.0), (0.0, 5.0), (10.0, 5.0), (10.0, 0.0))
    right = ((0.0, 5.0), (0.0, 10.0), (10.0, 10.0), (10.0, 5.0))
    for step in range(100):
        point = (step / 10, 5.0)
        assert inside_polygon(*point, left) is not inside_polygon(*point, right)
