"""A small shop behind the API: its workspace, data, two rules, and a second, empty workspace."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from muster.rules.document import read_documents
from muster.services.access import enter_locally
from muster.services.applying import apply, plan_apply
from muster.services.refresh import refresh
from muster.services.workspaces import create_workspace, save_model
from muster.settings import Settings
from muster.wiring import open_resources
from tests.shop import AS_OF, MODEL, fill

RULES = [
    {
        "name": "first_tier",
        "title": "First <tier>",
        "where": {"field": "tier", "op": "=", "value": 1},
    },
    {"name": "elsewhere", "title": "Not first", "where": {"segment": "first_tier", "in": False}},
]


def settings_for(url: str, folder: Path) -> Settings:
    return Settings(data=folder, database_url=SecretStr(url), allowed_hosts=("testserver",))


def make_shop(settings: Settings) -> None:
    with open_resources(settings) as resources:
        create_workspace(resources, name="shop", title="Shop & co", synthetic=True, actor="test")
        context = enter_locally(resources, "shop", actor="test")
        with context.open_warehouse(read_only=False) as warehouse:
            fill(warehouse)
        save_model(context, MODEL)
        apply(context, plan_apply(context, read_documents(RULES), as_of=AS_OF))
        refresh(context, as_of=AS_OF)
        create_workspace(resources, name="empty", title="Empty", synthetic=False, actor="test")
