"""Channels of notifications over HTTP; for operators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from muster.api.deps import Operator
from muster.api.schemas.notification import (
    ChannelBody,
    ChannelChange,
    ChannelList,
    ChannelTest,
    ChannelWithSecret,
    LastDeliveryBody,
    NewChannel,
)
from muster.api.schemas.problem import ProblemDetails
from muster.base.ids import ChannelId
from muster.base.notices import CHOOSABLE_KINDS, DeliveryState
from muster.services import channels
from muster.services.channels import ChannelState
from muster.services.context import WorkspaceContext

router = APIRouter(
    prefix="/api/channels",
    tags=["notifications"],
    responses={
        401: {"model": ProblemDetails},
        403: {"model": ProblemDetails},
        404: {"model": ProblemDetails},
        422: {"model": ProblemDetails},
        503: {"model": ProblemDetails},
    },
)

ChannelPath = Annotated[
    int, Path(alias="channel_id", ge=1, le=2**63 - 1, description="Id of the channel")
]


@router.get("")
def get_channels(context: Operator) -> ChannelList:
    """List the channels with how each does."""
    found = [_body(item) for item in channels.list_channels(context)]
    return ChannelList(items=found, total=len(found), kinds=list(CHOOSABLE_KINDS))


@router.post("", status_code=201, responses={409: {"model": ProblemDetails}})
def post_channel(context: Operator, body: NewChannel) -> ChannelWithSecret:
    """Add a channel; a webhook's signing secret is shown here and never again."""
    made = channels.create_channel(
        context, kind=body.kind, name=body.name, target=body.target, kinds=body.kinds
    )
    return ChannelWithSecret(channel=_read(context, made.channel.id), secret=made.secret)


@router.patch("/{channel_id}")
def patch_channel(context: Operator, channel_id: ChannelPath, body: ChannelChange) -> ChannelBody:
    """Change a channel's target or kinds, or switch it on or off."""
    changed = channels.change_channel(
        context,
        ChannelId(channel_id),
        target=body.target,
        kinds=body.kinds,
        enabled=body.enabled,
    )
    return _read(context, changed.id)


@router.delete("/{channel_id}", status_code=204)
def delete_channel(context: Operator, channel_id: ChannelPath) -> None:
    """Remove a channel with what it still waits for."""
    channels.delete_channel(context, ChannelId(channel_id))


@router.post("/{channel_id}/secret")
def post_channel_secret(context: Operator, channel_id: ChannelPath) -> ChannelWithSecret:
    """Give a webhook a new signing secret; the former one signs beside it for a day."""
    made = channels.rotate_secret(context, ChannelId(channel_id))
    return ChannelWithSecret(channel=_read(context, made.channel.id), secret=made.secret)


@router.post("/{channel_id}/test")
def post_channel_test(context: Operator, channel_id: ChannelPath) -> ChannelTest:
    """Send a test message now and tell how it went."""
    trial = channels.try_channel(context, ChannelId(channel_id))
    return ChannelTest(
        delivered=trial.outcome.delivered,
        detail=trial.outcome.detail,
        code=trial.outcome.code,
        status=trial.outcome.status,
        seconds=trial.seconds,
    )


def _read(context: WorkspaceContext, channel_id: ChannelId) -> ChannelBody:
    return _body(channels.read_channel(context, channel_id))


def _body(state: ChannelState) -> ChannelBody:
    channel, last = state.channel, state.last
    return ChannelBody(
        id=channel.id,
        name=channel.name,
        kind=channel.kind,
        target=channel.target,
        kinds=list(channel.kinds),
        enabled=channel.enabled,
        created_by=channel.created_by,
        created_at=channel.created_at,
        last_delivery=None
        if last is None
        else LastDeliveryBody(
            state=DeliveryState(last.state),
            attempts=last.attempts,
            error=last.error,
            at=last.at,
        ),
        problem=state.problem,
    )
