"""Every setting: from the environment (`MUSTER_…`) or a `.env` file; units are in the names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import quote

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from muster.base.accounts import SignInMode

Listed = Annotated[tuple[str, ...], NoDecode]
"""Words parted by commas."""


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
    postgres_host: str | None = Field(
        default=None,
        validation_alias=AliasChoices("POSTGRES_HOST", "postgres_host"),
        description="Host of the product database, in place of a URL; with a URL, not looked at.",
    )
    postgres_port: int = Field(
        default=5432,
        ge=1,
        le=65535,
        validation_alias=AliasChoices("POSTGRES_PORT", "postgres_port"),
        description="Its port.",
    )
    postgres_db: str = Field(
        default="postgres",
        validation_alias=AliasChoices("POSTGRES_DB", "postgres_db"),
        description="Name of the database there.",
    )
    postgres_user: str | None = Field(
        default=None,
        validation_alias=AliasChoices("POSTGRES_USER", "postgres_user"),
        description="User of the database; needed with a host.",
    )
    postgres_password: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("POSTGRES_PASSWORD", "postgres_password"),
        description="Its password; needed with a host.",
    )
    pool_size: int = Field(
        default=20,
        ge=2,
        le=1000,
        description="Connections to the product database that one process keeps, and at most uses"
        " at once; 5 or more where people edit orders.",
    )
    orders_schema: str = Field(
        default="retail360",
        validation_alias=AliasChoices("MUSTER_ORDERS_SCHEMA", "RETAIL360_SCHEMA", "orders_schema"),
        description="Schema of the product database that holds the order desk.",
    )
    host: str = Field(default="127.0.0.1", description="Address the server listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port the server listens on.")
    threads: int | None = Field(
        default=None, ge=1, description="Threads of the embedded warehouse; empty: all cores."
    )
    memory_limit_mb: int | None = Field(
        default=None, ge=64, description="Memory the embedded warehouse may use, in MB."
    )
    index: Literal["on", "off"] = Field(
        default="on", description="Whether refreshes build an audience index and answers use it."
    )
    index_max_mb: int | None = Field(
        default=8192,
        ge=1,
        description="Room that the audience index of one workspace may take on disk, in MB; empty:"
        " no limit.",
    )
    workers: int = Field(
        default=1,
        ge=0,
        le=64,
        description="Runs a server executes at once, each in its own process; 0: only the API.",
    )
    lease_seconds: float = Field(
        default=30,
        ge=2,
        le=3600,
        description="A run whose worker was not heard of for so many seconds is another's.",
    )
    run_memory_limit_mb: int | None = Field(
        default=None,
        ge=512,
        description="Memory the process of one run may use, in MB (itself it takes about 200);"
        " empty: no limit.",
    )
    count_timeout_seconds: float | None = Field(
        default=30,
        gt=0,
        description="Seconds a count or an explanation asked for over HTTP may take; empty: no"
        " limit.",
    )
    actor: str = Field(default="local", description="Name written into the audit log by the CLI.")
    default_workspace: str | None = Field(
        default=None, description="Workspace of API requests that name none; empty: the oldest."
    )
    audit_key: SecretStr | None = Field(
        default=None,
        description="Secret that seals the audit log; several with commas, the newest first.",
    )
    log_format: Literal["auto", "json", "text"] = Field(
        default="auto", description="Log lines as JSON or text; auto: text on a terminal."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least important log lines that are written."
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        description="Bearer token for /metrics; empty: answered to this machine alone.",
    )
    otlp_endpoint: str | None = Field(
        default=None,
        description="OpenTelemetry collector for traces, e.g. http://localhost:4318; empty: none.",
    )
    sign_in: SignInMode = Field(
        default=SignInMode.LOCAL,
        description="How people prove who they are: local (no sign-in, loopback addresses alone),"
        " password (accounts, perhaps with an identity provider) or databricks-apps.",
    )
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^/?#\s@]+/?$",
        description="Address people use, https://host; needed with an identity provider. With"
        " https, cookies are sent over https alone.",
    )
    allowed_hosts: Listed = Field(
        default=(),
        description="Names the server answers to, parted by commas, beside its public URL and,"
        " in local mode, this machine's; empty outside local mode: every name.",
    )
    session_hours: float = Field(
        default=168, gt=0, le=8760, description="A session ends after so many hours."
    )
    session_idle_hours: float = Field(
        default=12, gt=0, le=8760, description="A session unused for so many hours ends."
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Secret that keys are derived from, 32 characters or more, the same on each"
        " server; more behind it, parted by commas, are still read; empty: a file in the data"
        " folder.",
    )
    oidc_issuer: str | None = Field(
        default=None,
        description="Identity provider (OpenID Connect), https://…, as its discovery document"
        " spells it; only with sign-in mode password.",
    )
    oidc_client_id: str | None = Field(
        default=None, description="Muster's client id at the identity provider."
    )
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="Its secret; empty: a public client, PKCE alone."
    )
    oidc_email_domains: Listed = Field(
        default=(),
        description="Domains whose addresses the identity provider may vouch for, parted by"
        " commas; empty: all.",
    )
    admin_emails: Listed = Field(
        default=(),
        description="People whose account is made an admin of the installation when"
        " databricks-apps first names them, parted by commas.",
    )
    requests_per_minute: int = Field(
        default=1200,
        ge=0,
        description="Requests one person, or one address without sign-in, may make; 0: no limit."
        " Not in local mode.",
    )
    body_limit_mb: float = Field(default=10, gt=0, description="Largest body of a request, in MB.")

    smtp_host: str | None = Field(
        default=None, description="Mail server for notifications; empty: no e-mail is sent."
    )
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="STARTTLS (port 587), TLS from the first byte (465), or none.",
    )
    smtp_username: str | None = Field(
        default=None, description="Account at the mail server; empty: no login."
    )
    smtp_password: SecretStr | None = Field(default=None, description="Its password.")
    smtp_from: str | None = Field(
        default=None, description="Address that e-mail comes from; needed with a mail server."
    )
    smtp_timeout_seconds: float = Field(
        default=20, gt=0, le=60, description="How long each answer of the mail server may take."
    )
    allowed_private_hosts: str = Field(
        default="",
        description="Hosts, addresses and networks (10.8.0.0/16) of the own network that webhooks"
        " may reach, parted by commas; with them TLS is not required.",
    )
    ca_file: Path | None = Field(
        default=None,
        description="PEM file of certificate authorities trusted for webhooks and the mail server,"
        " beside the usual ones.",
    )

    @model_validator(mode="after")
    def _compose_url(self) -> Self:
        """Let the parts of a PostgreSQL address stand for the URL that was not given."""
        if self.database_url is not None or not self.postgres_host:
            return self
        if not self.postgres_user or self.postgres_password is None:
            raise PydanticCustomError(
                "postgres_login",
                "POSTGRES_HOST needs POSTGRES_USER and POSTGRES_PASSWORD too: logins that expire,"
                " as Databricks gives them, are not supported yet",
            )
        user = quote(self.postgres_user, safe="")
        password = quote(self.postgres_password.get_secret_value(), safe="")
        host = f"[{self.postgres_host}]" if ":" in self.postgres_host else self.postgres_host
        where = f"{host}:{self.postgres_port}/{quote(self.postgres_db, safe='')}"
        self.database_url = SecretStr(f"postgresql://{user}:{password}@{where}")
        return self

    @field_validator("postgres_port", mode="before")
    @classmethod
    def _own_port(cls, value: object) -> object:
        # beside a service of that name Kubernetes sets POSTGRES_PORT=tcp://10.0.0.7:5432
        return 5432 if isinstance(value, str) and (not value or "://" in value) else value

    @field_validator("allowed_hosts", "oidc_email_domains", "admin_emails", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip().lower() for part in value.split(",") if part.strip())
