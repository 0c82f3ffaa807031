"""Identifiers as types, so that one kind cannot be passed for another."""

from __future__ import annotations

from typing import NewType

WorkspaceId = NewType("WorkspaceId", int)
"""A workspace whose existence is verified; only `services/access.py` and the store make one."""

RuleId = NewType("RuleId", int)
SegmentId = NewType("SegmentId", int)
RunId = NewType("RunId", int)
ScheduleId = NewType("ScheduleId", int)
ApprovalId = NewType("ApprovalId", int)
UserId = NewType("UserId", int)
TokenId = NewType("TokenId", int)
InvitationId = NewType("InvitationId", int)
NotificationId = NewType("NotificationId", int)
ChannelId = NewType("ChannelId", int)
