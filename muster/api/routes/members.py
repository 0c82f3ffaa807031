"""Members over HTTP: a sample, pages, and why one entity is in a segment or not."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime

from muster.api.deps import Reader
from muster.api.patience import PatienceDep
from muster.api.schemas.member import (
    ChangeBody,
    EventRowBody,
    EvidenceBody,
    ExplainedConditionBody,
    ExplainedGroupBody,
    ExplanationBody,
    FlipBody,
    FlipStepBody,
    LapseBody,
    MemberList,
    MembershipBody,
    SampleData,
    SpellBody,
)
from muster.api.schemas.problem import ProblemDetails
from muster.api.values import plain
from muster.base.errors import InvalidInput
from muster.rules.explain_records import Change, ExplainedGroup, ExplainedLeaf
from muster.rules.resolved import ResolvedLeaf
from muster.rules.sentence import leaf_sentence
from muster.services.explaining import MemberExplanation, explain_member
from muster.services.history import entity_history
from muster.services.members import MemberChange
from muster.services.segments import Key, MemberPage, read_members

router = APIRouter(
    prefix="/api/segments/{segment_id}",
    tags=["segments"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 404, 409, 422, 502, 503)},
)

LARGEST_ID = 2**63 - 1
SegmentIdPath = Annotated[int, Path(ge=1, le=LARGEST_ID, description="Id of the segment")]
Clear = Annotated[bool, Query(description="Show personal values; it is written down")]
Columns = Annotated[
    str | None,
    Query(max_length=2000, description="Names of attributes, parted by commas; else all"),
]


@router.get("/sample_data")
def get_sample_data(
    context: Reader,
    segment_id: SegmentIdPath,
    limit: Annotated[int, Query(ge=1, le=1000, description="Rows at most")] = 100,
    clear: Clear = False,
    columns: Columns = None,
) -> SampleData:
    """Show some members with their attributes, those with the smallest keys."""
    page = read_members(context, segment_id, limit=limit, columns=_columns(columns), unmask=clear)
    return _sample(page, synthetic=context.workspace.synthetic)


@router.get("/members")
def get_members(
    context: Reader,
    segment_id: SegmentIdPath,
    limit: Annotated[int, Query(ge=1, le=1000, description="Members of a page")] = 100,
    cursor: Annotated[
        str | None, Query(max_length=4000, description="next_cursor of the page before")
    ] = None,
    clear: Clear = False,
    columns: Columns = None,
    version: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="Of this version; else the current one")
    ] = None,
    at: Annotated[
        AwareDatetime | None,
        Query(description="Who were members then: of the last version as of this instant"),
    ] = None,
    change: Annotated[
        MemberChange | None, Query(description="Only who entered, or left, with the version")
    ] = None,
) -> MemberList:
    """List members by key, page by page; all pages are of the version of the first."""
    after = None
    if cursor is not None:
        version, after, change = _read_cursor(cursor)
        at = None
    page = read_members(
        context,
        segment_id,
        limit=limit,
        after=after,
        version=version,
        at=at,
        change=change,
        columns=_columns(columns),
        unmask=clear,
    )
    shown = _sample(page, synthetic=context.workspace.synthetic)
    following = None
    if page.truncated:
        following = _write_cursor(page.version.number, page.rows[-1][0], page.change)
    return MemberList(**shown.model_dump(), next_cursor=following)


@router.get("/explain")
def get_explain(
    context: Reader,
    segment_id: SegmentIdPath,
    patience: PatienceDep,
    entity: Annotated[str, Query(max_length=1000, description="Its key", examples=["1"])],
    as_of: Annotated[
        AwareDatetime | None,
        Query(description="Explain the rule at this instant instead of the published version"),
    ] = None,
    clear: Clear = False,
) -> ExplanationBody:
    """Explain why one entity is in or out, what would flip it, and when it lapses."""
    found = explain_member(
        context, segment_id, entity, as_of=as_of, unmask=clear, patience=patience
    )
    return explanation_body(found, synthetic=context.workspace.synthetic)


@router.get("/membership")
def get_membership(
    context: Reader,
    segment_id: SegmentIdPath,
    entity: Annotated[str, Query(max_length=1000, description="Its key", examples=["1"])],
) -> MembershipBody:
    """Say when one entity entered and left, as far back as versions keep their members."""
    found = entity_history(context, segment_id, entity)
    return MembershipBody(
        segment=found.segment.name,
        entity=found.key,
        spells=[
            SpellBody(
                member=one.member,
                first_version=one.first.number,
                last_version=one.last.number,
                since=one.first.as_of,
                until=one.last.as_of,
            )
            for one in found.spells
        ],
        synthetic=context.workspace.synthetic,
    )


def _columns(text: str | None) -> list[str] | None:
    if text is None:
        return None
    return [name.strip() for name in text.split(",") if name.strip()]


def _sample(page: MemberPage, *, synthetic: bool) -> SampleData:
    return SampleData(
        columns=list(page.columns),
        data=[plain(row) for row in page.rows],
        masked=list(page.masked),
        version=page.version.number,
        row_count=page.total,
        truncated=page.truncated,
        synthetic=synthetic,
    )


def _write_cursor(version: int, key: Key, change: MemberChange | None) -> str:
    parts = [version, key] if change is None else [version, key, change]
    text = json.dumps(parts, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[int, Key, MemberChange | None]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        version, key, *further = json.loads(text)
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise _bad_cursor() from error
    wrong = isinstance(version, bool) or isinstance(key, bool) or not isinstance(key, int | str)
    if wrong or not isinstance(version, int) or not 1 <= version <= 2**31 - 1:
        raise _bad_cursor()
    if isinstance(key, int) and abs(key) > LARGEST_ID:
        raise _bad_cursor()
    match further:
        case []:
            return version, key, None
        case ["entered" | "left" as change]:
            return version, key, change
        case _:
            raise _bad_cursor()


def _bad_cursor() -> InvalidInput:
    return InvalidInput(
        "BAD_CURSOR",
        "The cursor is not one that Muster gave out.",
        path="$.query.cursor",
        hint="Send next_cursor of the page before as it was.",
    )


def explanation_body(found: MemberExplanation, *, synthetic: bool) -> ExplanationBody:
    """Return an explanation as sent."""
    return _Explained(found).body(synthetic=synthetic)


class _Explained:
    """Builds the body of one explanation."""

    def __init__(self, found: MemberExplanation) -> None:
        self._found = found

    def body(self, *, synthetic: bool) -> ExplanationBody:
        """Return the whole."""
        found, explanation = self._found, self._found.explanation
        lapse = explanation.lapse
        return ExplanationBody(
            segment=None if found.segment is None else found.segment.name,
            entity=explanation.key,
            as_of=explanation.as_of,
            version=None if found.version is None else found.version.number,
            published_member=found.published,
            member=explanation.member,
            truth=explanation.truth,
            in_universe=explanation.in_universe,
            qualifies=explanation.qualifies,
            agrees_with_published=found.agrees,
            sentence=found.sentence,
            where=self._node(explanation.where),
            universe=None if explanation.universe is None else self._node(explanation.universe),
            exclude=[self._leaf(leaf) for leaf in explanation.exclude],
            flip=FlipBody(
                words=explanation.flip.words,
                steps=[
                    FlipStepBody(
                        path=step.leaf.path,
                        sentence=self._sentence(step.leaf),
                        wanted=step.wanted,
                        change=_change(step.change),
                    )
                    for step in explanation.flip.steps
                ],
            ),
            lapse=LapseBody(
                at=lapse.at,
                enters=lapse.enters if lapse.at else None,
                known_until=lapse.known_until,
                not_foreseen=list(lapse.reasons),
            ),
            masked=found.masked,
            synthetic=synthetic,
        )

    def _sentence(self, leaf: ResolvedLeaf) -> str:
        return leaf_sentence(leaf, self._found.model, time_zone=self._found.rule.time_zone)

    def _node(
        self, node: ExplainedGroup | ExplainedLeaf
    ) -> ExplainedGroupBody | ExplainedConditionBody:
        if isinstance(node, ExplainedLeaf):
            return self._leaf(node)
        return ExplainedGroupBody.model_validate(
            {
                "kind": node.kind,
                "n": node.n or None,
                "truth": node.truth,
                "children": [self._node(child) for child in node.children],
            }
        )

    def _leaf(self, leaf: ExplainedLeaf) -> ExplainedConditionBody:
        evidence = leaf.evidence
        return ExplainedConditionBody(
            kind="condition",
            path=leaf.leaf.path,
            sentence=self._sentence(leaf.leaf),
            truth=leaf.truth,
            found=leaf.value_words,
            needed=leaf.threshold_words,
            evidence=None
            if evidence is None
            else EvidenceBody(
                total=evidence.total,
                rows=[
                    EventRowBody(
                        at=row.at,
                        source=row.source,
                        id=plain(row.identity),
                        fields=plain(dict(row.fields)),
                        steps=list(row.steps),
                    )
                    for row in evidence.rows
                ],
            ),
            flip=_change(leaf.flip),
            no_flip_because=leaf.reason,
            turns_at=leaf.changes_at,
            turns_to=None if leaf.turn is None else leaf.turn.truth,
        )


def _change(change: Change | None) -> ChangeBody | None:
    return None if change is None else ChangeBody(kind=change.kind, words=change.words)
