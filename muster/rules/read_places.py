"""Reads `near` (circle, polygon, named place) and the advertiser's facets."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from muster.rules.nodes import Facets, Interests, Near, Node
from muster.rules.read_windows import read_window
from muster.rules.reader import Reader, Reading, brief, show

if TYPE_CHECKING:
    from muster.rules.read_leaves import Conditions

AGE_BAND = re.compile(r"([0-9]{1,3})(?:-([0-9]{1,3})|\+)")
MAX_CORNERS = 1000


def read_near(tree: Conditions, reading: Reading) -> Node | None:
    """Read ``{near: {field, lat, lon, km} | {field, polygon} | {field, place}}``."""
    reader = tree.reader
    value = reading.get("near")
    if not isinstance(value, dict):
        reader.fault("BAD_NEAR", reading.at("near"), "near is {field, lat, lon, km}.")
        return None
    inner = Reading(reader, value, reading.at("near"))
    name = reader.text(inner.require("field", "the point"), inner.at("field"), longest=130)
    shapes = [shape for shape in ("lat", "polygon", "place") if shape in inner]
    if len(shapes) != 1:
        reader.fault("BAD_NEAR", inner.path, "Give lat, lon and km, or polygon, or place.")
        return None
    place = None
    polygon: tuple[tuple[float, float], ...] = ()
    latitude = longitude = km = None
    if shapes == ["place"]:
        place = reader.text(inner.get("place"), inner.at("place"), longest=63)
    elif shapes == ["polygon"]:
        polygon = _polygon(reader, inner.get("polygon"), inner.at("polygon"))
    else:
        latitude = _degrees(reader, inner.get("lat"), inner.at("lat"), 90)
        longitude = _degrees(reader, inner.require("lon", "degrees"), inner.at("lon"), 180)
        km = _kilometres(reader, inner.require("km", "the radius"), inner.at("km"))
    inner.finish()
    if name is None or (place is None and not polygon and km is None):
        return None
    return Near(name, latitude, longitude, km, polygon, place, reading.path)


def _degrees(reader: Reader, value: Any, path: str, limit: int) -> float | None:
    number = reader.number(value, path)
    if number is not None and abs(number) > limit:
        reader.fault("BAD_NEAR", path, f"Degrees go from -{limit} to {limit}.")
        return None
    return None if number is None else float(number)


def _kilometres(reader: Reader, value: Any, path: str) -> float | None:
    number = reader.number(value, path)
    if number is not None and not Decimal(0) < number <= 20_040:
        reader.fault("BAD_NEAR", path, "A radius is more than 0 and at most 20040 km.")
        return None
    return None if number is None else float(number)


def _polygon(reader: Reader, value: Any, path: str) -> tuple[tuple[float, float], ...]:
    if not isinstance(value, list) or not 3 <= len(value) <= MAX_CORNERS:
        reader.fault("BAD_NEAR", path, f"A polygon has 3 to {MAX_CORNERS} corners [lat, lon].")
        return ()
    corners = []
    for index, corner in enumerate(value):
        where = f"{path}[{index}]"
        if not isinstance(corner, list | tuple) or len(corner) != 2:
            reader.fault("BAD_NEAR", where, "A corner is [lat, lon].")
            continue
        latitude = _degrees(reader, corner[0], f"{where}[0]", 90)
        longitude = _degrees(reader, corner[1], f"{where}[1]", 180)
        if latitude is not None and longitude is not None:
            corners.append((latitude, longitude))
    return tuple(corners)


def read_facets(tree: Conditions, reading: Reading) -> Node | None:
    """Read age bands, demographics, locations and interests; an empty facet says nothing."""
    reader = tree.reader
    facets = Facets(
        _age_bands(reader, reading),
        _demographics(reader, reading),
        _words(reader, reading, "locations"),
        _interests(reader, reading),
        reading.path,
    )
    if facets == Facets():
        reader.fault(
            "EMPTY_GROUP",
            reading.path,
            "Every facet is empty, so the rule says nothing.",
            "Fill at least one of age_bands, demographics, locations and interests.",
        )
        return None
    return facets


def _words(reader: Reader, reading: Reading, name: str) -> tuple[str, ...]:
    value = reading.get(name)
    if value is None:
        return ()
    return reader.texts(value, reading.at(name), fewest=0) or ()


def _age_bands(reader: Reader, reading: Reading) -> tuple[str, ...]:
    bands = []
    for index, band in enumerate(_words(reader, reading, "age_bands")):
        path = f"{reading.at('age_bands')}[{index}]"
        found = AGE_BAND.fullmatch(band)
        if not found or (found[2] and int(found[2]) < int(found[1])):
            reader.fault(
                "BAD_AGE_BAND", path, f"{show(band)} is not an age band.", "Write 25-34 or 65+."
            )
            continue
        bands.append(band)
    return tuple(bands)


def _demographics(reader: Reader, reading: Reading) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    value = reading.get("demographics")
    if value is None:
        return ()
    path = reading.at("demographics")
    if not isinstance(value, dict):
        reader.fault("BAD_FACET", path, 'demographics is an object: {"gender": ["F"]}.')
        return ()
    found = []
    for name, values in value.items():
        where = f"{path}.{brief(name)}"
        items = reader.plain(values if isinstance(values, list) else [values], where)
        if None in items or reader.text(name, where, longest=130) is None:
            reader.fault("BAD_FACET", where, "A demographic is a list of values.")
        elif items:
            found.append((name, items))
    return tuple(found)


def _interests(reader: Reader, reading: Reading) -> Interests:
    value = reading.get("interests")
    if value is None:
        return Interests()
    path = reading.at("interests")
    if not isinstance(value, dict):
        return Interests(any=reader.texts(value, path, fewest=0) or ())
    inner = Reading(reader, value, path)
    lists = {name: _words(reader, inner, name) for name in ("any", "all", "none")}
    affinity = inner.get("min_affinity")
    number = None if affinity is None else reader.number(affinity, inner.at("min_affinity"))
    window = inner.get("window")
    if window is not None:
        window = read_window(reader, window, inner.at("window"))
    inner.finish()
    if not any(lists.values()) and len(value):
        reader.fault("BAD_FACET", path, "interests needs any, all or none.")
    text = None if number is None else format(number.normalize(), "f")
    return Interests(lists["any"], lists["all"], lists["none"], text, window)
