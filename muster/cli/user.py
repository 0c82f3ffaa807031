"""`muster user`: accounts of people who sign in with a password or an identity provider."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from muster.base.accounts import User
from muster.base.errors import InvalidInput
from muster.cli.options import JsonOption
from muster.cli.output import Column, listed, print_table, say, write_json
from muster.cli.session import opened, read_settings
from muster.services.accounts import create_account, list_accounts, set_enabled, set_password

app = typer.Typer(help="Accounts: make, list, close and open them.", no_args_is_help=True)

EmailArgument = Annotated[str, typer.Argument(help="E-mail address.")]
StdinOption = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


@app.command("create")
def create(
    email: EmailArgument,
    name: Annotated[str, typer.Option(help="What people call them.")] = "",
    admin: Annotated[
        bool, typer.Option("--admin", help="May enter every workspace and make new ones.")
    ] = False,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="They sign in with the identity provider.")
    ] = False,
    password_stdin: StdinOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make an account; the password is asked for, never an argument."""
    password = None if no_password else _read_password(from_stdin=password_stdin)
    with opened() as resources:
        made = create_account(
            resources,
            email=email,
            name=name,
            password=password,
            installation_admin=admin,
            actor=read_settings().actor,
        )
    _tell(made, "is made", as_json=as_json)


@app.command("list")
def list_command(as_json: JsonOption = False) -> None:
    """List all accounts."""
    with opened() as resources:
        found = list_accounts(resources)
    if as_json:
        write_json(listed(_json(user) for user in found))
        return
    print_table(
        [
            Column("e-mail"),
            Column("name"),
            Column("admin"),
            Column("password"),
            Column("provider"),
            Column("seen"),
            Column("closed"),
        ],
        [
            (
                user.email,
                user.name,
                user.installation_admin,
                user.has_password,
                user.issuer,
                user.last_seen_at,
                user.disabled_at,
            )
            for user in found
        ],
    )


@app.command("disable")
def disable(email: EmailArgument, as_json: JsonOption = False) -> None:
    """Close an account: its person is out at once, everywhere."""
    _set_enabled(email, enabled=False, as_json=as_json)


@app.command("enable")
def enable(email: EmailArgument, as_json: JsonOption = False) -> None:
    """Open a closed account."""
    _set_enabled(email, enabled=True, as_json=as_json)


@app.command("set-password")
def set_password_command(
    email: EmailArgument, password_stdin: StdinOption = False, as_json: JsonOption = False
) -> None:
    """Give a person another password and end all their sessions."""
    password = _read_password(from_stdin=password_stdin)
    with opened() as resources:
        user = set_password(resources, email=email, password=password, actor=read_settings().actor)
    _tell(user, "has a new password", as_json=as_json)


def _set_enabled(email: str, *, enabled: bool, as_json: bool) -> None:
    with opened() as resources:
        user = set_enabled(resources, email=email, enabled=enabled, actor=read_settings().actor)
    _tell(user, "is open" if enabled else "is closed", as_json=as_json)


def _read_password(*, from_stdin: bool) -> str:
    """Return the password from standard input or a prompt.

    Raises:
        InvalidInput: PASSWORD_NEEDED, nobody can be asked.
    """
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise InvalidInput(
            "PASSWORD_NEEDED",
            "There is no terminal to ask for the password on.",
            hint="Send it with --password-stdin.",
            path="--password-stdin",
        )
    found: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return found


def _tell(user: User, what: str, *, as_json: bool) -> None:
    if as_json:
        write_json(_json(user))
    else:
        say(f"The account {user.email} {what}.")


def _json(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "installation_admin": user.installation_admin,
        "has_password": user.has_password,
        "issuer": user.issuer,
        "created_at": user.created_at,
        "disabled_at": user.disabled_at,
        "last_seen_at": user.last_seen_at,
    }
