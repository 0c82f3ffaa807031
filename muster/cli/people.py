"""`muster member` and `muster token`: who belongs to a workspace, and tokens for programs."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from muster.base.errors import InvalidInput
from muster.base.grants import ApiToken, Member
from muster.base.ids import TokenId
from muster.base.people import Role
from muster.cli.options import JsonOption, WorkspaceOption
from muster.cli.output import Column, listed, print_table, say, write_json
from muster.cli.session import entered
from muster.model.names import did_you_mean
from muster.services import people, tokens

members_app = typer.Typer(help="Who belongs to a workspace, and as what.", no_args_is_help=True)
tokens_app = typer.Typer(help="API tokens for programs.", no_args_is_help=True)

_ROLES = ", ".join(role.value for role in Role)
EmailArgument = Annotated[str, typer.Argument(help="E-mail address of an account.")]
ReasonOption = Annotated[str, typer.Option(help="Why; kept in the audit log.")]


@members_app.command("list")
def list_members(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the members of a workspace."""
    with entered(workspace) as context:
        found = people.list_members(context)
    if as_json:
        write_json(listed(_member_json(member) for member in found))
        return
    print_table(
        [Column("e-mail"), Column("name"), Column("role"), Column("since"), Column("seen")],
        [
            (
                member.email + (" (closed)" if member.disabled else ""),
                member.name,
                member.role,
                member.since,
                member.last_seen_at,
            )
            for member in found
        ],
    )


@members_app.command("add")
def add_member(
    email: EmailArgument,
    role: Annotated[str, typer.Option(help=f"One of {_ROLES}.")] = "viewer",
    reason: ReasonOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the owner of an account a member; a member gets the role instead."""
    chosen = _read_role(role)
    with entered(workspace) as context:
        known = {member.email: member for member in people.list_members(context)}
        held = known.get(email.strip().lower())
        if held is None:
            member = people.add_member(context, email=email, role=chosen, reason=reason)
        else:
            member = people.change_role(context, held.user_id, chosen, reason=reason)
    if as_json:
        write_json(_member_json(member))
        return
    say(f"{member.email} is {member.role} in the workspace {context.workspace.name}.")


@members_app.command("remove")
def remove_member(
    email: EmailArgument,
    reason: ReasonOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a membership and revoke the person's tokens there; the account stays."""
    with entered(workspace) as context:
        member = people.member_by_email(context, email)
        people.remove_member(context, member.user_id, reason=reason)
    if as_json:
        write_json(_member_json(member))
        return
    say(f"{member.email} is no longer a member of the workspace {context.workspace.name}.")


@tokens_app.command("create")
def create_token(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    days: Annotated[int, typer.Option(help="Days until it expires, 1 to 366.")],
    role: Annotated[str, typer.Option(help=f"At most this role: {_ROLES}.")] = "viewer",
    scopes: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Permissions it is narrowed to; else all of its role."),
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a token; it is printed once and kept nowhere."""
    chosen = _read_role(role)
    words = [word.strip() for word in (scopes or "").split(",")]
    narrowed = tokens.read_permissions([word for word in words if word], path="--scopes")
    with entered(workspace) as context:
        made = tokens.create_token(
            context, name=name, expires_in_days=days, role=chosen, scopes=narrowed
        )
    if as_json:
        write_json({**_token_json(made.token), "secret": made.secret})
        return
    say(made.secret)
    say(f"Keep it now: it is not shown again. It is good until {made.token.expires_at:%Y-%m-%d}.")


@tokens_app.command("list")
def list_tokens(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the tokens of a workspace."""
    with entered(workspace) as context:
        found = tokens.list_tokens(context)
        now = context.resources.clock.now_utc()
    if as_json:
        write_json(listed(_token_json(token) for token in found))
        return
    print_table(
        [
            Column("token", number=True),
            Column("name"),
            Column("begins"),
            Column("role"),
            Column("scopes"),
            Column("state"),
            Column("made by"),
            Column("expires"),
            Column("used"),
        ],
        [
            (
                str(token.id),
                token.name,
                token.prefix,
                token.role,
                sorted(token.scopes) or "all",
                token.state(now=now),
                token.created_by,
                token.expires_at,
                token.last_used_at,
            )
            for token in found
        ],
    )


@tokens_app.command("revoke")
def revoke_token(
    number: Annotated[int, typer.Argument(min=1, help="Its number, from `muster token list`.")],
    reason: ReasonOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a token at once and for good."""
    with entered(workspace) as context:
        token = tokens.revoke_token(context, TokenId(number), reason=reason)
    if as_json:
        write_json(_token_json(token))
        return
    say(f'The token "{token.name}" ({token.prefix}…) is revoked.')


def _read_role(text: str) -> Role:
    known = [role.value for role in Role]
    if text not in known:
        raise InvalidInput(
            "UNKNOWN_ROLE",
            f'There is no role "{text}".',
            hint=did_you_mean(text, known),
            path="--role",
        )
    return Role(text)


def _member_json(member: Member) -> dict[str, Any]:
    return {
        "user_id": member.user_id,
        "email": member.email,
        "name": member.name,
        "role": member.role,
        "since": member.since,
        "last_seen_at": member.last_seen_at,
        "disabled": member.disabled,
    }


def _token_json(token: ApiToken) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "prefix": token.prefix,
        "role": token.role,
        "scopes": sorted(token.scopes),
        "user_id": token.user_id,
        "created_by": token.created_by,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
        "revoked_at": token.revoked_at,
    }
