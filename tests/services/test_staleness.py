"""Stale parents: failed, edited, never published or older than what is made of them."""

from __future__ import annotations

from datetime import timedelta

from muster.services.refresh import execute, refresh
from muster.services.staleness import Staleness, newest_outcomes, stale_parents
from muster.services.wave import read_catalog
from muster.services.workspaces import current_model, save_model
from tests.services.claiming import begun, rule
from tests.services.small_workspace import AS_OF, MODEL

LATER = AS_OF + timedelta(days=1)


def found(context, name: str) -> dict[str, Staleness]:
    catalog = read_catalog(context, current_model(context))
    stale = stale_parents(catalog, name, newest_outcomes(context, catalog, name))
    assert all(one.name in one.sentence for one in stale)
    return {one.name: one.staleness for one in stale}


def test_after_a_refresh_of_all_nothing_is_stale(context) -> None:
    assert found(context, "quiet_spenders") == {}
    assert found(context, "quiet") == {}


def test_a_parent_whose_last_refresh_failed_is_stale_until_it_succeeds(context) -> None:
    save_model(
        context,
        MODEL.replace("  total_spend: {sum: amount, of: payment, label: Total spend}\n", ""),
    )
    execute(begun(context, ["spenders", "viennese"], as_of=LATER))
    assert found(context, "quiet_spenders") == {"spenders": Staleness.FAILED}
    save_model(context, MODEL)
    refresh(context, ["spenders"], as_of=LATER)
    assert found(context, "quiet_spenders") == {}


def test_a_parent_that_was_edited_since_is_stale(context) -> None:
    rule(context, "- {name: quiet, where: {field: age, op: '>', value: 3}}")
    assert found(context, "quiet_spenders") == {"quiet": Staleness.EDITED}


def test_a_parent_that_was_never_published_is_stale(context) -> None:
    rule(context, "- {name: fresh, where: {field: age, op: '>', value: 3}}")
    rule(context, "- {name: child, where: {segment: fresh, freshness: stored}}")
    assert found(context, "child") == {"fresh": Staleness.NEVER_PUBLISHED}


def test_a_parent_that_is_older_than_its_child_is_behind(context) -> None:
    rule(context, "- {name: child, where: {segment: quiet, freshness: stored}}")
    refresh(context, ["child"], as_of=LATER)
    assert found(context, "child") == {"quiet": Staleness.BEHIND}
