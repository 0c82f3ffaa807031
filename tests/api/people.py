"""Servers where people sign in: accounts, workspaces and settings to build them with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import insert, select

from muster.api.app import create_app
from muster.base.accounts import User
from muster.base.people import Role
from muster.services.accounts import create_account
from muster.services.context import Resources
from muster.services.workspaces import create_workspace
from muster.settings import Settings
from muster.store import audit
from muster.store.tables import workspaces
from muster.store.tables_people import memberships

PASSWORD = "correct horse battery"
ADA = "ada@example.com"


@contextmanager
def serving(url: str, folder: Path, **chosen: Any) -> Iterator[TestClient]:
    """Run a server with these settings over a database."""
    base_url = chosen.pop("base_url", "http://testserver")
    settings = Settings(
        data=folder, database_url=SecretStr(url), allowed_hosts=("testserver",), **chosen
    )
    app = create_app(settings)
    with TestClient(
        app, base_url=base_url, raise_server_exceptions=False, follow_redirects=False
    ) as client:
        yield client


def resources_of(client: TestClient) -> Resources:
    return client.app.state.resources  # type: ignore[attr-defined]


def add_user(client: TestClient, email: str = ADA, **chosen: Any) -> User:
    values = {"name": "Ada", "password": PASSWORD, "installation_admin": False, **chosen}
    return create_account(resources_of(client), email=email, actor="test", **values)


def add_workspace(client: TestClient, name: str, members: dict[User, Role] | None = None) -> int:
    resources = resources_of(client)
    create_workspace(resources, name=name, title=name.title(), synthetic=False, actor="test")
    with resources.database.transaction() as connection:
        wanted = select(workspaces.c.id).where(workspaces.c.name == name)
        number = connection.execute(wanted).scalar_one()
        for user, role in (members or {}).items():
            connection.execute(
                insert(memberships).values(workspace_id=number, user_id=user.id, role=role.value)
            )
    return number


def sign_in(client: TestClient, email: str = ADA, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/api/session", json={"email": email, "password": password}, **more)


def cookie(token: str, name: str = "muster_session") -> dict[str, str]:
    """The header of a browser that holds this session alone."""
    return {"Cookie": f"{name}={token}"}


def audited(client: TestClient) -> list[tuple[str, str, str]]:
    """What the installation's audit log says about sessions, the oldest first."""
    with resources_of(client).database.transaction() as connection:
        found = audit.every(connection, None, limit=500)
    return [
        (entry.action, entry.actor, entry.reason)
        for entry in reversed(found)
        if entry.action.startswith(("session.", "user."))
    ]
