"""Members of published segments: from their bitmaps, in any version, or changed between two."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from muster.base.errors import Conflict, InvalidFile, NotFound
from muster.engines.entities import read_entities
from muster.services.applying import apply, plan_apply
from muster.services.members import current_version, keys_of, version_members
from muster.services.overview import segment_page
from muster.services.refresh import refresh
from muster.services.segments import find_version, list_segments
from tests.services.small_workspace import AS_OF, documents, keys


def published(context, text: str, **options) -> set[int]:
    """Apply one rule, refresh it, and return its members."""
    (document,) = documents(text)
    apply(context, plan_apply(context, [document]))
    refresh(context, [document.name], **options)
    _, version = find_version(context, document.name, None)
    return set(keys_of(context, version).tolist())


def file_of(context, name: str):
    _, version = find_version(context, name, None)
    return context.resources.data_folder / version.bitmap


def test_keys_are_sorted_and_complete(shared) -> None:
    _, version = find_version(shared, "viennese", None)
    assert keys_of(shared, version).tolist() == sorted(keys(where="viennese"))


def test_members_of_a_stored_segment_are_those_that_were_published(context) -> None:
    text = "- {name: child, where: {segment: quiet, freshness: stored}}"
    later = AS_OF + timedelta(days=400)  # by then everybody is quiet
    assert published(context, text, as_of=later) == keys(where="quiet")


def test_members_of_a_named_version_stay_what_they_were(context) -> None:
    refresh(context, ["quiet"], as_of=AS_OF + timedelta(days=400))
    text = "- {name: child, where: {segment: quiet, version: 1}}"
    assert published(context, text) == keys(where="quiet")


def test_a_version_that_was_never_published_is_refused(context) -> None:
    with pytest.raises(NotFound):
        published(context, "- {name: child, where: {segment: quiet, version: 9}}")


@pytest.mark.parametrize(
    ("kind", "length", "expected"),
    [
        ("entered", "P7D", lambda before, after: after - before),
        ("exited", "P7D", lambda before, after: before - after),
        ("entered", "P90D", lambda before, after: after | before),
        ("entered", "P1D", lambda before, after: set()),
    ],
)
def test_who_changed_is_read_from_the_versions_in_the_window(
    context, kind, length, expected
) -> None:
    second = AS_OF + timedelta(days=20)
    refresh(context, ["quiet"], as_of=second)
    _, version = find_version(context, "quiet", 2)
    after = set(keys_of(context, version).tolist())
    text = f"- {{name: child, where: {{segment: quiet, changed: {{{kind}: {{last: {length}}}}}}}}}"
    found = published(context, text, as_of=second + timedelta(days=2))
    assert found == expected(keys(where="quiet"), after)


def test_a_segment_that_was_never_refreshed_has_no_members(context) -> None:
    apply(context, plan_apply(context, documents("- {name: fresh, where: {did: view}}")))
    fresh = next(entry.segment for entry in list_segments(context) if entry.segment.name == "fresh")
    with pytest.raises(NotFound) as caught:
        current_version(fresh)
    assert caught.value.code == "SEGMENT_NOT_PUBLISHED"
    assert "muster refresh fresh" in caught.value.hint


@pytest.mark.parametrize(
    ("harm", "error", "code"),
    [
        (lambda path: path.unlink(), NotFound, "MEMBERS_MISSING"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), InvalidFile, "MEMBERS_DAMAGED"),
        (lambda path: path.write_bytes(b""), InvalidFile, "MEMBERS_DAMAGED"),
    ],
)
def test_a_file_that_is_not_whole_is_not_believed(context, harm, error, code) -> None:
    harm(file_of(context, "quiet"))
    _, version = find_version(context, "quiet", None)
    with pytest.raises(error) as caught:
        keys_of(context, version)
    assert caught.value.code == code


def test_swept_members_say_so(shared) -> None:
    _, version = find_version(shared, "quiet", None)
    with pytest.raises(Conflict) as caught:
        version_members(shared, replace(version, bitmap=None), read_entities(shared.folder))
    assert caught.value.code == "VERSION_SWEPT"


def test_an_overview_says_what_each_segment_means(shared) -> None:
    found = {one.segment.name: one for one in segment_page(shared, limit=50).items}
    assert found["viennese"].sentence.startswith("Users matching")
    assert found["viennese"].share == len(keys(where="viennese")) / 40
