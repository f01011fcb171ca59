"""Everything the environment may say, described once; docs/operating/settings.md is made from it."""

import secrets
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AnyUrl, Field, UrlConstraints, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from market.config import servers
from market.kernel.actor import Role

SmtpUrl = Annotated[AnyUrl, UrlConstraints(allowed_schemes=["smtp", "smtps"], host_required=True)]
BASE_DIR = Path(__file__).resolve().parent.parent.parent


class Environment(BaseSettings):
    """Typed settings; a wrong value stops the start with a readable list."""

    model_config = SettingsConfigDict(extra="ignore")

    data_dir: Path = Field(BASE_DIR / ".local", description="Folder of the embedded servers, files and logs.")
    database_url: str = Field("", description="PostgreSQL; default: the embedded server of DATA_DIR.")
    redis_url: str = Field("", description="Valkey or Redis; default: the embedded server of DATA_DIR.")
    elasticsearch_url: str = Field("", description="Elasticsearch; default: the embedded server; none: the fallback.")
    namespace: str = Field(
        "market", pattern=r"^[a-z0-9-]{1,30}$", description="Prefix of indexes, queues and cache keys."
    )
    secret_key: str = Field(
        "", description="Signs sessions, cursors and tokens, the same in every process; none is served without it."
    )
    secret_key_fallbacks: Annotated[list[str], NoDecode] = Field(
        [], description="Earlier secret keys, comma separated: what they signed or encrypted is still read."
    )
    debug: bool = Field(False, description="Django's debug mode; never in production.")
    demo: bool = Field(False, description="The demonstration city may be loaded and its banner is shown.")
    allowed_hosts: Annotated[list[str], NoDecode] = Field(
        ["127.0.0.1", "localhost", "[::1]"], description="Host names that are answered, comma separated."
    )
    trusted_proxies: Annotated[list[str], NoDecode] = Field(
        [],
        description="Addresses or networks of the reverse proxies whose X-Forwarded-For is believed, comma separated.",
    )
    secure: bool = Field(False, description="Served over HTTPS: secure cookies, HSTS.")
    hsts_subdomains: bool = Field(False, description="HSTS for every host below the portal's as well.")
    session_idle_minutes: int = Field(
        240, ge=5, le=14 * 24 * 60, description="A session that nobody uses for so long ends."
    )
    mfa_roles: Annotated[list[str] | None, NoDecode] = Field(
        None,
        description="Roles that are acted in only with a second factor, comma separated; empty: none. "
        "Default: operator, registrar, high_value_approver, finance; none with DEMO or DEBUG.",
    )
    market_name: str = Field("瑞金科技大市场", description="The market's name on every page.")
    market_code: str = Field("360781", pattern=r"^[0-9A-Za-z-]{1,20}$", description="This market in exchanged ids.")
    home_region: str = Field(
        "360781",
        pattern=r"^\d{6}$",
        description="GB/T 2260 region whose figure is shown. After a change: `manage.py rebuild_turnover`.",
    )
    public_url: str = Field(
        "", description="Address of the portal in e-mails and feeds, and for payers who come back; needed by Stripe."
    )
    email_url: SmtpUrl | None = Field(
        None,
        description="SMTP server as smtp://user:password@host:587 (STARTTLS) or smtps://…:465 (TLS); required"
        " but in the demo, whose e-mails are files in `mail`.",
    )
    default_from_email: str = Field(
        "", description="Sender of e-mails; default: the user of EMAIL_URL where it is an address."
    )
    s3_bucket: str = Field(
        "", description="Bucket of an S3-compatible store for uploads and papers; none: the folder `files` of DATA_DIR."
    )
    s3_endpoint_url: str = Field(
        "", pattern=r"^$|^https?://.+", description="Address of that store; none: Amazon's own, by S3_REGION."
    )
    s3_region: str = Field("", description="Region of the bucket, where the store has any.")
    s3_access_key: str = Field("", description="Key to that store; none: what boto3 finds (roles, profiles).")
    s3_secret_key: str = Field("", description="Secret of S3_ACCESS_KEY.")
    s3_addressing_style: Literal["auto", "path", "virtual"] = Field(
        "auto", description="How the bucket is named: in the path, or as a host (virtual), as some stores ask for."
    )
    prometheus_multiproc_dir: str = Field(
        "", description="Folder, emptied at each start, in which web processes add up their metrics."
    )
    stripe_api_base: str = Field("", description="Stripe's address; the sandbox's in the demo.")
    stripe_secret_key: str = Field("", description="Stripe's secret key; none: that rail is off.")
    stripe_webhook_secret: str = Field("", description="Signs Stripe's webhooks.")
    stripe_payment_methods: Annotated[list[Literal["card", "alipay", "wechat_pay"]], NoDecode] = Field(
        ["card"], min_length=1, description="Ways to pay on Stripe's page: card, alipay, wechat_pay, comma separated."
    )
    metrics_token: str = Field("", description="Bearer token for /metrics; none: this machine only.")
    clamd_url: str = Field(
        "",
        pattern=r"^$|^(tcp|unix)://.+",
        description="Virus scanner as tcp://host:3310 or unix:///path, asked as clamd is; none: nothing is scanned.",
    )
    audit_key: str = Field(
        "",
        description="Secret of 32 characters or more that the key of signed audit heads is made from; none: no heads.",
    )
    audit_hash: Literal["sha256", "sm3"] = Field(
        "sha256", description="Hash of the audit chain; an existing chain keeps the one that it began with."
    )
    audit_head_seconds: int = Field(60, ge=1, description="Seconds between two signed heads, where there is news.")
    audit_heads_to: Annotated[list[str], NoDecode] = Field(
        [], description="E-mail addresses that are sent a signed head every day, comma separated."
    )
    web_threads: int = Field(4, ge=1, le=64, description="Requests that one web process works on at a time.")
    rate_limit: bool = Field(True, description="Requests are limited per principal.")

    @field_validator("email_url", mode="before")
    @classmethod
    def none_if_empty(cls, value: object) -> object:
        return value or None

    @field_validator("mfa_roles")
    @classmethod
    def known_roles(cls, value: list[str] | None) -> list[str] | None:
        """A misspelt role would be acted in with a password alone."""
        if unknown := set(value or ()) - set(Role):
            raise ValueError(f"no such role: {', '.join(sorted(unknown))}")
        return value

    @field_validator("audit_key")
    @classmethod
    def long_enough(cls, value: str) -> str:
        """A key that could be guessed would sign anybody's chain."""
        if value and len(value) < 32:
            raise ValueError("needs 32 characters or more")
        return value

    @field_validator(
        "secret_key_fallbacks",
        "allowed_hosts",
        "audit_heads_to",
        "trusted_proxies",
        "mfa_roles",
        "stripe_payment_methods",
        mode="before",
    )
    @classmethod
    def split(cls, value: object) -> object:
        """A comma separated text as a list."""
        return [host.strip() for host in value.split(",") if host.strip()] if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def networks(cls, value: list[str]) -> list[str]:
        """A misspelt network would trust nobody, and one address would stand for all visitors."""
        return [str(ip_network(network, strict=False)) for network in value]

    @property
    def roles_with_second_factor(self) -> list[str]:
        """The roles that `mfa_roles` names, or those that a served market needs."""
        if self.mfa_roles is not None:
            return self.mfa_roles
        return [] if self.demo or self.debug else ["operator", "registrar", "high_value_approver", "finance"]

    def with_local_servers(self) -> "Environment":
        """Fill the addresses that are not given with those of the servers running in `data_dir`."""
        running = servers.addresses(self.data_dir)
        self.database_url = self.database_url or running.get("postgresql", "")
        self.redis_url = self.redis_url or running.get("valkey", "")
        self.elasticsearch_url = self.elasticsearch_url or running.get("elasticsearch", "")
        return self

    def missing(self) -> list[str]:
        """What a process that serves people must be given; commands do without it."""
        needed = {"SECRET_KEY": self.secret_key or self.debug, "EMAIL_URL": self.email_url or self.debug or self.demo}
        return [name for name, value in needed.items() if not value]

    def with_secret_key(self) -> "Environment":
        """A throw-away key for commands."""
        self.secret_key = self.secret_key or secrets.token_urlsafe(50)
        return self
