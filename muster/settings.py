"""Every setting: from the environment (`MUSTER_…`) or a `.env` file; units are in the names."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of one Muster process; each has a sensible default for a laptop."""

    model_config = SettingsConfigDict(env_prefix="MUSTER_", env_file=".env", extra="ignore")

    data: Path = Field(
        default=Path.home() / ".muster",
        description="Folder for the embedded database, the warehouses and the member bitmaps.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="PostgreSQL 14 or newer, postgresql://…; empty: an embedded PostgreSQL.",
    )
    host: str = Field(default="127.0.0.1", description="Address the server listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port the server listens on.")
    threads: int | None = Field(
        default=None, ge=1, description="Threads of the embedded warehouse; empty: all cores."
    )
    memory_limit_mb: int | None = Field(
        default=None, ge=64, description="Memory the embedded warehouse may use, in MB."
    )
    versions_kept: int = Field(
        default=10, ge=1, description="Versions of a segment whose members are kept."
    )
    actor: str = Field(default="local", description="Name written into the audit log by the CLI.")
    default_workspace: str | None = Field(
        default=None, description="Workspace of API requests that name none; empty: the oldest."
    )
