"""Bodies of a workspace's settings; `base/workspace_settings.py` says what each one does."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class SettingsBody(BaseModel):
    """The settings of a workspace; a change sends all of them."""

    model_config = ConfigDict(extra="forbid")

    time_zone: str | None = Field(
        description="IANA name for schedules and screens; null: the data model's",
        examples=["Europe/Vienna"],
    )
    currency: str | None = Field(
        description="ISO 4217 code where the data model names none; null: the data model's",
        examples=["EUR"],
    )
    versions_kept: int = Field(
        description="Versions of a segment whose members are kept, 1 to 1,000", examples=[10]
    )
    runs_kept_days: int = Field(
        description="Finished runs older than this are removed, 1 to 3,650 days", examples=[90]
    )
    logs_kept_days: int = Field(
        description="Lines of run logs older than this are removed, 1 to 3,650 days", examples=[30]
    )
    shrink_alert_share: float | None = Field(
        description="A segment that lost at least this share raises an alert; null: none does",
        examples=[0.5],
    )
    grow_alert_share: float | None = Field(
        description="A segment that gained at least this share raises an alert; null: none does",
        examples=[1.0],
    )
    empty_alert: bool = Field(description="A segment that becomes empty raises an alert")
    approval_share: float | None = Field(
        description="An edit that moves at least this share of a segment's members needs somebody"
        " else's approval; null: none does",
        examples=[0.3],
    )
    concurrency: int = Field(
        description="Runs of this workspace that may run at once, 1 to 64", examples=[1]
    )


class SettingsState(BaseModel):
    """Settings with their revision, which the ETag names too."""

    settings: SettingsBody
    revision: int = Field(description="0 while nothing was set", examples=[3])
