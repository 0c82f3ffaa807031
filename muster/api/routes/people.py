"""Members and invitations over HTTP. Everybody in a workspace may see who else is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path

from muster.api.deps import Administrator, Reader
from muster.api.schemas.people import (
    InvitationBody,
    InvitationList,
    InvitationWithToken,
    MemberBody,
    MemberList,
    NewInvitationBody,
    RoleChange,
)
from muster.api.schemas.problem import ProblemDetails
from muster.base.grants import Invitation, Member
from muster.base.ids import InvitationId, UserId
from muster.services import people

router = APIRouter(
    prefix="/api",
    tags=["people"],
    responses={
        401: {"model": ProblemDetails},
        403: {"model": ProblemDetails},
        404: {"model": ProblemDetails},
        422: {"model": ProblemDetails},
        503: {"model": ProblemDetails},
    },
)
_CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"model": ProblemDetails, "description": "The last admin, or a member already"}
}

UserPath = Annotated[
    int, Path(alias="user_id", ge=1, le=2**63 - 1, description="Id of the account", examples=[3])
]
InvitationPath = Annotated[
    int,
    Path(
        alias="invitation_id",
        ge=1,
        le=2**63 - 1,
        description="Id of the invitation",
        examples=[7],
    ),
]


@router.get("/people")
def get_people(context: Reader) -> MemberList:
    """List who belongs to the workspace, and as what."""
    found = [_member(member) for member in people.list_members(context)]
    return MemberList(items=found, total=len(found))


@router.patch("/people/{user_id}", responses=_CONFLICT)
def patch_person(context: Administrator, user_id: UserPath, body: RoleChange) -> MemberBody:
    """Give a member another role; the last admin who can sign in stays one."""
    return _member(
        people.change_role(context, UserId(user_id), body.role, reason=body.reason, path="$.body")
    )


@router.delete("/people/{user_id}", status_code=204, responses=_CONFLICT)
def delete_person(context: Administrator, user_id: UserPath) -> None:
    """End a membership and revoke the person's API tokens in the workspace."""
    people.remove_member(context, UserId(user_id))


@router.get("/invitations")
def get_invitations(context: Administrator) -> InvitationList:
    """List the invitations, also those that are over."""
    now = context.resources.clock.now_utc()
    found = [_invitation(item, now) for item in people.list_invitations(context)]
    return InvitationList(items=found, total=len(found))


@router.post("/invitations", status_code=201, responses=_CONFLICT)
def post_invitation(context: Administrator, body: NewInvitationBody) -> InvitationWithToken:
    """Invite somebody for seven days; the token is shown here and never again."""
    made = people.invite(context, email=body.email, role=body.role, path="$.body")
    now = context.resources.clock.now_utc()
    return InvitationWithToken(invitation=_invitation(made.invitation, now), token=made.secret)


@router.delete("/invitations/{invitation_id}", status_code=204, responses=_CONFLICT)
def delete_invitation(context: Administrator, invitation_id: InvitationPath) -> None:
    """Take an invitation back."""
    people.revoke_invitation(context, InvitationId(invitation_id))


def _member(member: Member) -> MemberBody:
    return MemberBody(
        user_id=member.user_id,
        email=member.email,
        name=member.name,
        role=member.role,
        since=member.since,
        last_seen_at=member.last_seen_at,
        disabled=member.disabled,
    )


def _invitation(found: Invitation, now: datetime) -> InvitationBody:
    return InvitationBody(
        id=found.id,
        email=found.email,
        role=found.role,
        state=found.state(now=now),
        invited_by=found.invited_by,
        created_at=found.created_at,
        expires_at=found.expires_at,
        accepted_at=found.accepted_at,
        revoked_at=found.revoked_at,
    )
