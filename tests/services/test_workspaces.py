"""Workspaces and their data models."""

from __future__ import annotations

import pytest

from muster.base.errors import Conflict, InvalidInput, InvalidModel, NotFound
from muster.services.access import enter_locally
from muster.services.workspaces import (
    create_workspace,
    current_model,
    list_workspaces,
    save_model,
    stored_model,
)
from muster.store import audit
from tests.services.small_workspace import MODEL, NAME


def created(context, name: str):
    return create_workspace(
        context.resources, name=name, title="Second", synthetic=True, actor="tester"
    )


def test_a_workspace_is_created_listed_and_entered(context) -> None:
    made = created(context, "second")
    assert [found.name for found in list_workspaces(context.resources)] == ["second", NAME]
    second = enter_locally(context.resources, "second", actor="somebody")
    assert second.workspace == made
    assert second.actor == "somebody"
    assert second.folder.parts[-2:] == ("workspaces", "second")
    with context.resources.database.transaction() as connection:
        assert audit.every(connection, made.id, limit=1)[0].action == "workspace.create"


@pytest.mark.parametrize("name", ["", "Upper", "with space", "../up", "x" * 64, "1st", "a'b"])
def test_a_bad_name_is_refused(context, name) -> None:
    with pytest.raises(InvalidInput) as caught:
        created(context, name)
    assert caught.value.code == "BAD_NAME"


def test_a_name_is_given_once(context) -> None:
    with pytest.raises(Conflict):
        created(context, NAME)


def test_an_unknown_workspace_cannot_be_entered(shared) -> None:
    with pytest.raises(NotFound) as caught:
        enter_locally(shared.resources, "nowhere", actor="tester")
    assert caught.value.code == "UNKNOWN_WORKSPACE"
    assert NAME in caught.value.hint


def test_the_model_is_kept_as_it_was_written(shared) -> None:
    assert stored_model(shared).document == MODEL
    assert current_model(shared).entity.key == "user_id"


def test_only_a_model_that_says_something_new_is_a_new_version(context) -> None:
    assert save_model(context, f"# a comment\n{MODEL}").version == 1
    assert save_model(context, MODEL.replace("label: Age", "label: Years")).version == 2
    assert current_model(context).attributes["age"].label == "Years"


def test_a_faulty_model_changes_nothing(context) -> None:
    with pytest.raises(InvalidModel):
        save_model(context, MODEL.replace("integer", "int"))
    assert stored_model(context).version == 1


def test_a_workspace_without_a_model_says_so(context) -> None:
    created(context, "second")
    with pytest.raises(NotFound) as caught:
        current_model(enter_locally(context.resources, "second", actor="tester"))
    assert caught.value.code == "NO_MODEL"


def test_workspaces_do_not_see_each_other(context) -> None:
    created(context, "second")
    second = enter_locally(context.resources, "second", actor="tester")
    save_model(second, MODEL.replace("name: user,", "name: member,"))
    assert current_model(context).entity.name == "user"
