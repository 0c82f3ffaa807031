"""Two workspaces and people in them, for tests of who may do what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from muster.base.accounts import User
from muster.base.people import Principal, PrincipalKind, Role, TokenGrant
from muster.base.records import AuditEntry
from muster.services.access import enter, enter_locally
from muster.services.context import Resources, WorkspaceContext
from muster.services.workspaces import create_workspace
from muster.settings import Settings
from muster.store import audit, memberships, users
from muster.wiring import open_resources

SHOP, BANK = "shop", "bank"


@dataclass(frozen=True)
class Town:
    """An installation with two workspaces, at first without anybody in them."""

    resources: Resources

    def person(self, name: str, **roles: Role) -> User:
        """Make an account, and a member of the named workspaces."""
        with self.resources.database.transaction() as connection:
            made = users.add(connection, email=f"{name}@example.com", name=name.title())
            assert made is not None
        for workspace, role in roles.items():
            context = self.locally(workspace)
            with context.transaction() as connection:
                assert memberships.add(connection, context.workspace.id, made.id, role=role)
        return made

    def locally(self, workspace: str = SHOP) -> WorkspaceContext:
        """Enter as the person at this machine."""
        return enter_locally(self.resources, workspace, actor="local")

    def entered(
        self, user: User, workspace: str = SHOP, grant: TokenGrant | None = None
    ) -> WorkspaceContext:
        """Enter as somebody, perhaps by a token of theirs."""
        kind = PrincipalKind.USER if grant is None else PrincipalKind.TOKEN
        return enter(
            self.resources,
            workspace,
            Principal(user.email, kind, user_id=user.id, grant=grant),
            request_id="r1",
        )

    def audited(self, workspace: str = SHOP) -> list[AuditEntry]:
        """What the workspace's audit log holds, the newest first, without how it was made."""
        context = self.locally(workspace)
        with context.transaction() as connection:
            found = audit.every(connection, context.workspace.id, limit=100)
        return [entry for entry in found if entry.action != "workspace.create"]


@contextmanager
def town_in(url: str, folder: Path, **chosen: Any) -> Iterator[Town]:
    """Open an installation with the two workspaces."""
    settings = Settings(data=folder, database_url=SecretStr(url), **chosen)
    with open_resources(settings) as resources:
        for name in (SHOP, BANK):
            create_workspace(resources, name=name, title=name, synthetic=False, actor="local")
        yield Town(resources)
