"""`muster rule publish|discard|archive|unarchive|delete`, and requests for approval."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from muster.base.errors import InvalidInput
from muster.base.ids import ApprovalId
from muster.base.records import ApprovalState, Rule, RuleStatus
from muster.cli.options import JsonOption, WorkspaceOption, YesOption
from muster.cli.output import Column, listed, print_table, say, share, write_json
from muster.cli.session import entered
from muster.cli.shapes import rule_json
from muster.services import approving, lifecycle
from muster.services.applying import show_rule
from muster.services.approving import AskedApproval
from muster.services.lifecycle import Saved

NameArgument = Annotated[str, typer.Argument(help="Name of the rule.")]
WhyOption = Annotated[str, typer.Option("--reason", help="Why; kept in the audit log.")]
IdArgument = Annotated[int, typer.Argument(help="Number of the request.", min=1)]
CommentOption = Annotated[str, typer.Option("--comment", help="What its author is told.")]


def register(app: typer.Typer) -> None:
    """Add the commands to `muster rule`."""
    for name, command in (
        ("publish", publish),
        ("discard", discard),
        ("archive", archive),
        ("unarchive", unarchive),
        ("delete", delete),
        ("approvals", approvals),
        ("approve", approve),
        ("reject", reject),
        ("withdraw", withdraw),
    ):
        app.command(name)(command)


def publish(
    name: NameArgument,
    reason: WhyOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish the newest version of a rule, or ask for approval if it needs it."""
    with entered(workspace) as context:
        rule, _ = show_rule(context, name)
        saved = lifecycle.publish_draft(context, rule.id, reason=reason)
    if as_json:
        waits = None if saved.approval is None else int(saved.approval.id)
        write_json({**rule_json(saved.rule), "approval": waits})
    elif saved.approval is not None:
        say_waiting(saved)
    else:
        say(f"Version {saved.rule.version} of {name} is published.")


def discard(
    name: NameArgument,
    reason: WhyOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Go back from a draft to the published version."""
    with entered(workspace) as context:
        rule, _ = show_rule(context, name)
        found = lifecycle.discard_draft(context, rule.id, reason=reason)
    _say_rule(found, f"{name} is as its version {found.version} again.", as_json=as_json)


def archive(
    name: NameArgument,
    reason: WhyOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a rule away: it is evaluated no more, and its schedule stops."""
    with entered(workspace) as context:
        rule, _ = show_rule(context, name)
        found = lifecycle.archive(context, rule.id, reason=reason)
    _say_rule(found, f"{name} is archived.", as_json=as_json)


def unarchive(
    name: NameArgument,
    reason: WhyOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring an archived rule back as it was."""
    with entered(workspace) as context:
        rule, _ = show_rule(context, name)
        found = lifecycle.unarchive(context, rule.id, reason=reason)
    _say_rule(found, f"{name} is back ({status_words(found)}).", as_json=as_json)


def delete(
    name: NameArgument,
    yes: YesOption = False,
    reason: WhyOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Delete a rule and its segment; refused while other rules are made of it."""
    with entered(workspace) as context:
        rule, _ = show_rule(context, name)
        agreed = yes or _agreed(f"Delete the rule {name} and its segment?")
        if agreed:
            lifecycle.delete(context, rule.id, reason=reason)
    if as_json:
        write_json({"name": name, "deleted": agreed})
    else:
        say(f"{name} is deleted." if agreed else "Nothing was deleted.")


def approvals(
    every: Annotated[bool, typer.Option("--all", help="Decided ones too.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the requests that wait for somebody to decide."""
    state = None if every else ApprovalState.PENDING
    with entered(workspace) as context:
        found, total = approving.list_approvals(context, limit=200, state=state)
    if as_json:
        write_json({**listed(_approval_json(item) for item in found), "total": total})
        return
    print_table(
        [
            Column("request", number=True),
            Column("rule"),
            Column("version", number=True),
            Column("by"),
            Column("asked"),
            Column("moves", number=True),
            Column("state"),
            Column("reason"),
        ],
        [
            (
                item.approval.id,
                item.rule.name,
                item.approval.version,
                item.approval.requested_by,
                item.approval.requested_at,
                None if item.approval.moved_share is None else share(item.approval.moved_share),
                item.approval.state.value,
                item.approval.reason,
            )
            for item in found
        ],
    )


def approve(
    request: IdArgument,
    comment: CommentOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish the version a request is about; never by whoever asks for it."""
    with entered(workspace) as context:
        found = approving.decide(context, ApprovalId(request), approve=True, comment=comment)
    _say_approval(found, as_json=as_json)


def reject(
    request: IdArgument,
    comment: CommentOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Refuse to publish a version; --comment says why."""
    with entered(workspace) as context:
        found = approving.decide(context, ApprovalId(request), approve=False, comment=comment)
    _say_approval(found, as_json=as_json)


def withdraw(
    request: IdArgument,
    comment: CommentOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a request back."""
    with entered(workspace) as context:
        found = approving.withdraw(context, ApprovalId(request), comment=comment)
    _say_approval(found, as_json=as_json)


def say_waiting(saved: Saved) -> None:
    """Say that a version waits for somebody else."""
    assert saved.approval is not None
    say(
        f"Version {saved.rule.version} of {saved.rule.name} moves many people, so it waits as a"
        f" draft: somebody else decides on request {saved.approval.id}."
    )


def status_words(rule: Rule) -> str:
    """Return where a rule is, and whether a draft waits."""
    waits = rule.status is RuleStatus.PUBLISHED and rule.published_version != rule.version
    return f"{rule.status.value}, draft {rule.version}" if waits else rule.status.value


def _say_rule(rule: Rule, words: str, *, as_json: bool) -> None:
    if as_json:
        write_json(rule_json(rule))
    else:
        say(words)


def _say_approval(item: AskedApproval, *, as_json: bool) -> None:
    if as_json:
        write_json(_approval_json(item))
    else:
        found = item.approval
        say(
            f"Request {found.id} about version {found.version} of {item.rule.name} is"
            f" {found.state.value}."
        )


def _approval_json(item: AskedApproval) -> dict[str, Any]:
    found = item.approval
    return {
        "id": int(found.id),
        "rule": item.rule.name,
        "version": found.version,
        "state": found.state,
        "requested_by": found.requested_by,
        "requested_at": found.requested_at,
        "reason": found.reason,
        "moved_share": found.moved_share,
        "effects": found.effects,
        "decided_by": found.decided_by,
        "decided_at": found.decided_at,
        "comment": found.comment,
    }


def _agreed(question: str) -> bool:
    """Ask on the terminal; without one there is nobody to ask."""
    if not sys.stdin.isatty():
        raise InvalidInput(
            "NOT_CONFIRMED",
            "A rule would be deleted, and nobody is here to be asked.",
            hint="Add --yes to delete it.",
            path="--yes",
        )
    return typer.confirm(question, default=False, err=True)
