"""The web's types say what the API says now."""

from __future__ import annotations

import pytest

from scripts.web_types import header, sources

SOURCES = sources()


@pytest.mark.parametrize("target", SOURCES, ids=lambda path: path.name)
def test_types_of_the_web_are_made_of_the_present_api(target) -> None:
    with target.open() as lines:
        assert lines.readline() == header(SOURCES[target]), "run `make web-types`"


def test_another_description_has_another_header() -> None:
    assert header({"openapi": "3.1.0"}) != header({"openapi": "3.1.1"})
