"""Tags and owners, with how many rules bear each."""

from __future__ import annotations

from dataclasses import replace

from muster.base.people import Principal
from muster.base.records import RuleStatus
from muster.services import lifecycle
from muster.services.applying import apply, plan_apply
from muster.services.overview import segment_page
from muster.services.refresh import refresh
from muster.services.rule_labels import list_owners, list_tags
from muster.services.rules import find_rule, rule_page
from muster.store.segment_query import SegmentFilter
from tests.services.small_workspace import documents, keys


def test_tags_and_owners_are_counted_without_archived_rules(context) -> None:
    other = replace(context, principal=replace(context.principal, name="bea"))
    assert isinstance(other.principal, Principal)
    more = "- {name: a, tags: [place, x], where: {did: view}}\n- {name: b, where: {did: view}}"
    apply(other, plan_apply(other, documents(more)))
    # an edit by somebody else leaves the owner alone
    edited = "- {name: viennese, tags: [place], where: [{field: city, op: '=', value: Graz}]}"
    apply(other, plan_apply(other, documents(edited)))
    assert list_tags(context) == (("place", 2), ("x", 1))
    assert list_owners(context) == (("tester", 5), ("bea", 2))
    rows, total = rule_page(context, limit=10, owner="bea")
    assert ([row.listed.rule.name for row in rows], total) == (["a", "b"], 2)
    assert {row.listed.owner for row in rows} == {"bea"}
    archived = find_rule(context, rows[0].listed.rule.id)
    lifecycle.archive(context, archived.id, reason="")
    assert find_rule(context, archived.id).status is RuleStatus.ARCHIVED
    assert list_tags(context) == (("place", 1),)
    assert list_owners(context) == (("tester", 5), ("bea", 1))


def test_a_segment_knows_its_owner_and_how_its_size_moved(context) -> None:
    edited = "- {name: viennese, where: [{field: city, op: '=', value: Graz}]}"
    before = len(keys(where="viennese"))
    apply(context, plan_apply(context, documents(edited)))
    refresh(context, ["viennese"])
    found = {one.segment.name: one for one in segment_page(context, limit=50).items}
    current = found["viennese"].segment.current
    assert current is not None
    assert found["viennese"].sizes == (before, current.size)
    assert found["quiet"].sizes == (len(keys(where="quiet")),)
    assert found["quiet"].owner == "tester"
    assert segment_page(context, wanted=SegmentFilter(owner="tester"), limit=1).total == 5
    assert segment_page(context, wanted=SegmentFilter(owner="teste"), limit=1).total == 0
