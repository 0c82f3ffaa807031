"""`muster segment explain`: why somebody is in a segment or not."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.text import Text
from rich.tree import Tree

from muster.base.datamodel import DataModel
from muster.cli.options import (
    AsOfOption,
    JsonOption,
    UnmaskOption,
    WorkspaceOption,
    read_as_of,
)
from muster.cli.output import cell, plain, printable, say, say_synthetic, stdout_console, write_json
from muster.cli.session import entered
from muster.rules.explain_records import (
    Change,
    EventRow,
    ExplainedGroup,
    ExplainedLeaf,
    ExplainedNode,
    Explanation,
    Lapse,
)
from muster.rules.resolved import ResolvedLeaf
from muster.rules.sentence import leaf_sentence
from muster.rules.truth import Truth
from muster.services.explaining import MemberExplanation, explain_member
from muster.services.segments import MASK

EVIDENCE_SHOWN = 3
_MARKS = {True: "yes", False: "no ", None: "?  "}
_STYLES = {True: "green", False: "red", None: "yellow"}


def explain(
    name: Annotated[str, typer.Argument(help="The segment.")],
    key: Annotated[str, typer.Argument(help="The entity's key.")],
    as_of: AsOfOption = None,
    unmask: UnmaskOption = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Explain one entity: each condition, the evidence, what would flip it, when it lapses."""
    instant = read_as_of(as_of)
    with entered(workspace) as context:
        found = explain_member(context, name, key, as_of=instant, unmask=unmask)
    if as_json:
        write_json(_Shape(found).document())
    else:
        _print(found)


def _print(found: MemberExplanation) -> None:
    it, explanation = found.model.entity.name, found.explanation
    verdict = {True: "is in", False: "is not in", None: "may be in"}[explanation.member]
    which = f"version {found.version.number}" if found.version else "the rule as it is now"
    say(
        f"{it} {explanation.key} {verdict} {_name(found)} "
        f"({which}, as of {explanation.as_of:%Y-%m-%d %H:%M:%S} UTC)",
        style="bold",
    )
    say(found.sentence)
    if not found.agrees:
        say("The published version says otherwise: data or parents have changed since.")
    say()
    shown = _Tree(found)
    console = stdout_console()
    console.print(shown.tree("condition", explanation.where))
    if explanation.universe is not None:
        console.print(shown.tree("among whom", explanation.universe))
    for leaf in explanation.exclude:
        console.print(shown.tree("left out if", leaf))
    say()
    _print_flip(found, shown)
    say(f"by itself: {_lapse_words(explanation)}")
    for reason in explanation.lapse.reasons:
        say(f"  not foreseen: {reason}")
    if found.masked:
        say(f"{MASK} is hidden personal data. Show it with --unmask.")
    say_synthetic(found.model.synthetic)


def _name(found: MemberExplanation) -> str:
    return "the rule" if found.segment is None else found.segment.name


def _print_flip(found: MemberExplanation, shown: _Tree) -> None:
    flip = found.explanation.flip
    say(f"to flip: {flip.words}")
    for step in flip.steps:
        how = "" if step.change is None else f": {step.change.words}"
        say(f"  - {shown.sentence(step.leaf)} -> {_MARKS[step.wanted].strip()}{how}")


def _lapse_words(explanation: Explanation) -> str:
    lapse = explanation.lapse
    if lapse.at is None:
        until = "" if lapse.known_until is None else f" before {cell(lapse.known_until)}"
        return f"nothing changes{until} without new data"
    verb = "enters" if lapse.enters else "leaves"
    return f"{verb} at {lapse.at:%Y-%m-%d %H:%M:%S} UTC, without new data"


class _Tree:
    """Draws the conditions of one explanation."""

    def __init__(self, found: MemberExplanation) -> None:
        self._model: DataModel = found.model
        self._zone = found.rule.time_zone

    def sentence(self, leaf: ResolvedLeaf) -> str:
        """Return a condition in English."""
        return printable(leaf_sentence(leaf, self._model, time_zone=self._zone))

    def tree(self, title: str, node: ExplainedNode) -> Tree:
        """Return one part of the rule as a tree."""
        tree = Tree(Text(title, style="bold"))
        self._add(tree, node)
        return tree

    def _add(self, tree: Tree, node: ExplainedNode) -> None:
        if isinstance(node, ExplainedGroup):
            number = f" {node.n}" if node.kind == "at_least" else ""
            branch = tree.add(_marked(node.truth, node.kind.replace("_", " ") + number + " of"))
            for child in node.children:
                self._add(branch, child)
            return
        branch = tree.add(_marked(node.truth, self.sentence(node.leaf)))
        for line in self._details(node):
            branch.add(Text(printable(line)))

    def _details(self, leaf: ExplainedLeaf) -> list[str]:
        lines = [f"found {leaf.value_words}; needed {leaf.threshold_words}"]
        if leaf.evidence is not None and leaf.evidence.rows:
            for row in leaf.evidence.rows[:EVIDENCE_SHOWN]:
                lines.append(self._event(row))
            more = leaf.evidence.total - EVIDENCE_SHOWN
            lines += [f"and {more:,} more"] if more > 0 else []
        if leaf.flip is not None:
            lines.append(f"flips with: {leaf.flip.words}")
        elif leaf.reason:
            lines.append(f"no flip: {leaf.reason}")
        if leaf.turn is not None:
            at = f"{leaf.turn.at:%Y-%m-%d %H:%M:%S} UTC"
            lines.append(f"turns to {_MARKS[leaf.turn.truth].strip()} by itself at {at}")
        return lines

    def _event(self, row: EventRow) -> str:
        source = self._model.events[row.source]
        said_already = (source.at, source.ingested_at, "id")
        fields = [
            f"{name} {cell(value)}"
            for name, value in row.fields.items()
            if name not in said_already
        ]
        identity = "" if row.identity is None else f" {row.identity}"
        return f"event {row.source}{identity} at {cell(row.at)}: {', '.join(fields)}"


def _marked(truth: Truth, text: str) -> Text:
    line = Text(f"{_MARKS[truth]} ", style=_STYLES[truth])
    line.append(text, style="")
    return line


class _Shape:
    """The JSON of one explanation."""

    def __init__(self, found: MemberExplanation) -> None:
        self._found = found
        self._tree = _Tree(found)

    def document(self) -> dict[str, Any]:
        """Return the whole."""
        found, explanation = self._found, self._found.explanation
        return {
            "segment": _name(found),
            "key": explanation.key,
            "as_of": explanation.as_of,
            "version": None if found.version is None else found.version.number,
            "published_member": found.published,
            "member": explanation.member,
            "truth": explanation.truth,
            "in_universe": explanation.in_universe,
            "qualifies": explanation.qualifies,
            "agrees_with_published": found.agrees,
            "sentence": found.sentence,
            "where": self._node(explanation.where),
            "universe": None if explanation.universe is None else self._node(explanation.universe),
            "exclude": [self._node(leaf) for leaf in explanation.exclude],
            "flip": {
                "words": explanation.flip.words,
                "steps": [
                    {
                        "path": step.leaf.path,
                        "sentence": self._tree.sentence(step.leaf),
                        "wanted": step.wanted,
                        "change": _change(step.change),
                    }
                    for step in explanation.flip.steps
                ],
            },
            "lapse": _lapse(explanation.lapse),
            "masked": found.masked,
            "synthetic": found.model.synthetic,
        }

    def _node(self, node: ExplainedNode) -> dict[str, Any]:
        if isinstance(node, ExplainedGroup):
            return {
                "kind": node.kind,
                "n": node.n or None,
                "truth": node.truth,
                "children": [self._node(child) for child in node.children],
            }
        return {
            "kind": "condition",
            "path": node.leaf.path,
            "sentence": self._tree.sentence(node.leaf),
            "truth": node.truth,
            "found": node.value_words,
            "needed": node.threshold_words,
            "evidence": None
            if node.evidence is None
            else {
                "total": node.evidence.total,
                "rows": [
                    {
                        "at": row.at,
                        "source": row.source,
                        "id": row.identity,
                        "fields": {name: plain(value) for name, value in row.fields.items()},
                        "steps": row.steps,
                    }
                    for row in node.evidence.rows
                ],
            },
            "flip": _change(node.flip),
            "no_flip_because": node.reason,
            "turns_at": node.changes_at,
            "turns_to": None if node.turn is None else node.turn.truth,
        }


def _change(change: Change | None) -> dict[str, Any] | None:
    return None if change is None else {"kind": change.kind, "words": change.words}


def _lapse(lapse: Lapse) -> dict[str, Any]:
    return {
        "at": lapse.at,
        "enters": lapse.enters if lapse.at else None,
        "known_until": lapse.known_until,
        "not_foreseen": lapse.reasons,
    }
