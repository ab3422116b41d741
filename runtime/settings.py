"""The settings: every value that differs between installations, typed, explained, and read once when a command starts.

A room is handed the small value that it needs, never these objects. `settings_source` collects them from a file and
the environment; what is unsafe for a production installation is judged in `unsafe_settings`.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AnyHttpUrl, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "SUNWINDOW_"
DEVELOPMENT_KEY = "only-for-development"
"""Signs query codes and reply addresses where nobody chose a key; production refuses it."""


class Environment(StrEnum):
    """What an installation is for."""

    DEMO = "demo"
    """Throw-away: a mailbox of its own instead of a mail server, sign-ins made up and printed."""
    DEVELOPMENT = "development"
    PRODUCTION = "production"
    """Citizens write to it: unsafe values refuse to start."""


def _split(value: object) -> object:
    """A list may be written in a variable with commas."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _seconds(value: object) -> object:
    """A duration may be written in a variable as a number of seconds."""
    return float(value) if isinstance(value, str) and value.replace(".", "", 1).isdecimal() else value


Addresses = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Port = Annotated[int, Field(ge=0, le=65535)]


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HttpSettings(_Group):
    """The web: portal, chat, console and API."""

    host: str = Field(default="127.0.0.1", description="Address that the web server listens on.")
    port: Port = Field(default=8000, description="Port of the web server; 0 takes a free one.")
    trusted_proxies: Addresses | None = Field(
        default=None,
        description="Addresses of proxies in front whose X-Forwarded headers are believed; an empty list says that "
        "there is none. Production wants it said when `http.host` is not the loopback.",
    )
    chat_messages_a_minute: int = Field(
        default=30, ge=1, description="Messages that one web chat conversation may send within a minute."
    )
    chat_conversations_a_minute: int = Field(
        default=10, ge=1, description="Web chat conversations that one address may begin within a minute."
    )


class SmtpSettings(_Group):
    """Mail in."""

    host: str = Field(default="127.0.0.1", description="Address that the SMTP listener takes mail on.")
    port: Port = Field(default=8025, description="Port of the SMTP listener; 0 takes a free one.")
    hostname: str = Field(
        default="localhost",
        description="Name in our greeting and in Received headers: the one in the bureau's MX record.",
    )
    max_size: int = Field(
        default=35 * 1024 * 1024,
        ge=0,
        description="Largest mail in bytes, announced by SIZE (RFC 1870); 0 is no limit.",
    )
    tls_certificate: Path | None = Field(
        default=None, description="File with the certificate chain (PEM); with it STARTTLS is offered."
    )
    tls_key: Path | None = Field(default=None, description="File with the key of the certificate (PEM).")
    max_connections: int = Field(
        default=100, ge=1, description="Connections at one time; further ones are answered 421."
    )


class LmtpSettings(_Group):
    """Mail in from a mail server beside us; off without `port` and `socket`. The limits are those of `smtp`."""

    host: str = Field(default="127.0.0.1", description="Address that the LMTP listener takes mail on.")
    port: Port | None = Field(default=None, description="Port of the LMTP listener, e.g. 8024; 0 takes a free one.")
    socket: Path | None = Field(
        default=None,
        description="File of a Unix socket to listen on instead of a port; its folder's group may write to it.",
    )


class ImapSettings(_Group):
    """An existing mailbox that mail is fetched from; off without `imap.host`."""

    host: str = Field(description="IMAP server of the mailbox.")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(default=993, description="Port of the IMAP server.")
    tls: Literal["tls", "starttls", "none"] = Field(
        default="tls",
        description="`tls` from the first byte (993), `starttls` (143), or `none`, on this machine alone.",
    )
    ca_file: Path | None = Field(
        default=None,
        description="File with certificates (PEM) that are trusted beside those of the machine, for a server whose "
        "certificate was made in the house.",
    )
    user: str = Field(description="Name to sign in with.")
    password: SecretStr = Field(
        description="Password to sign in with; QQ, 163 and others want the authorization code that is made for mail "
        "programs."
    )
    folder: str = Field(default="INBOX", description="Folder that mail is fetched from.")
    poll: float = Field(default=60, ge=1, le=86_400, description="Seconds from one look to the next.")
    timeout: float = Field(default=30, gt=0, description="Seconds to wait for each answer of the server.")
    since: date | None = Field(
        default=None,
        description="Day such as `2026-11-01`: what came to the mailbox before it is left there when it is read from "
        "its beginning; not set, everything is taken in.",
    )
    archive_after: Annotated[timedelta, BeforeValidator(_seconds)] = Field(
        default=timedelta(days=14),
        gt=timedelta(0),
        description="Mail that came to the mailbox longer ago than this is an archive: held for a clerk without a "
        "receipt. In seconds or as `P14D`.",
    )
    mark_seen: bool = Field(default=False, description="Mark as read in the mailbox what was taken in.")


class SmarthostSettings(_Group):
    """Mail out: the organisation's mail server."""

    host: str = Field(description="Mail server that sends for us.")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(default=587, description="Port of the mail server.")
    tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="`starttls` (usual on 587), `tls` from the first byte (465), or `none`."
    )
    user: str = Field(default="", description="Name to sign in with; empty for none.")
    password: SecretStr = Field(default=SecretStr(""), description="Password to sign in with.")
    timeout: float = Field(
        default=30, gt=0, le=110, description="Seconds to wait for each answer; below the lease of 120."
    )
    return_addresses: bool = Field(
        default=True,
        description="Whether a letter of staff leaves under an envelope sender of its own, `bounces+…@` the bureau's "
        "mail domain, so that a failure is tied to it; off for servers that allow the mailbox alone.",
    )


class DkimSettings(_Group):
    """The signature under our mail."""

    key_file: Path = Field(description="File with the private RSA key (PEM).")
    selector: str = Field(
        pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$",
        description="Name of the key: the public one is published at `SELECTOR._domainkey.DOMAIN`.",
    )
    domain: str = Field(
        pattern=r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$", description="Domain that signs: the bureau's mail domain."
    )


class MailAuthSettings(_Group):
    """How the sender of a mail is made sure of."""

    relays: Addresses = Field(
        default=(),
        description="Names of mail servers before us whose Authentication-Results are believed, as they write them "
        "there and after `by` in Received. Each must take out lines that others wrote in its name (RFC 8601 §5).",
    )
    relay_addresses: Addresses = Field(
        default=("127.0.0.0/8", "::1"),
        description="Addresses and networks from which these servers hand mail to us; from others nothing is believed.",
    )
    verify: bool = Field(
        default=False,
        description="Whether SPF, DKIM and DMARC are verified here when no relay says anything; wants the extra "
        "`mailauth`.",
    )
    dns_servers: Addresses = Field(
        default=(),
        description="DNS servers that are asked then, `192.0.2.53` or `192.0.2.53:5353`; the system's when there is "
        "none.",
    )
    dns_seconds: float = Field(
        default=5, gt=0, le=20, description="Seconds for everything that is asked about one mail; then it stays open."
    )


class S3Settings(_Group):
    """An S3-compatible store for attachments, for installations on several hosts."""

    endpoint_url: AnyHttpUrl = Field(description="Address of the store.")
    bucket: str = Field(min_length=3, description="Bucket that holds the attachments; it must exist.")
    region: str = Field(default="us-east-1", description="Region that requests are signed for.")
    access_key: str = Field(description="Access key.")
    secret_key: SecretStr = Field(description="Secret key.")


class BlobSettings(_Group):
    """Where the bytes of attachments lie."""

    directory: Path | None = Field(
        default=None, description="Directory for attachments; `blobs` under the data directory when neither is set."
    )
    s3: S3Settings | None = None


class TelegramSettings(_Group):
    """The Telegram channel; off without a token."""

    token: SecretStr | None = Field(
        default=None, description="Token of the bot, from BotFather; without it Telegram is off."
    )
    base_url: AnyHttpUrl = Field(
        default=AnyHttpUrl("https://api.telegram.org"), description="Bot API server, without the path."
    )
    mode: Literal["polling", "webhook"] = Field(
        default="polling", description="`polling` asks for updates; `webhook` is called under `public_url`."
    )
    webhook_secret: SecretStr | None = Field(
        default=None,
        description="Secret token that Telegram sends with each call of the webhook: A-Z a-z 0-9 _ - only.",
    )


class Settings(BaseSettings):
    """What an installation is told. An object holds what it was given; `load_settings` collects it."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, validate_default=True
    )

    environment: Environment = Field(
        default=Environment.DEVELOPMENT,
        description="`demo`, `development` or `production`; the last refuses unsafe values.",
    )
    bundle: Path | None = Field(default=None, description="Folder of the bureau; the demo bureau when it is not set.")
    dense_model: Path | None = Field(
        default=None,
        description="Folder of a sentence-transformers model by which questions are compared by meaning too; wants "
        "the extra `dense`.",
    )
    data_dir: Path = Field(default=Path("data"), description="Directory for everything that is kept in files.")
    index_dir: Path | None = Field(
        default=None,
        description="Directory in which indexes of the entries are kept, so that a start need not build one; "
        "`indexes` in the data directory when it is not set. Nobody else may write there.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="SQLAlchemy URL of the database, `postgresql+psycopg://…` or `sqlite:///…`; a SQLite file in the "
        "data directory when it is not set.",
    )
    jobs_database_url: SecretStr | None = Field(
        default=None,
        description="SQLAlchemy URL of the database of the job runner; when it is not set, a SQLite file of its own "
        "beside a SQLite database, or a schema of its own in the PostgreSQL database.",
    )
    hosts: int = Field(default=1, ge=1, description="On how many hosts processes of this installation run.")
    secret_key: SecretStr = Field(
        default=SecretStr(DEVELOPMENT_KEY),
        description="Signs query codes and reply addresses; at least 32 random characters. Changing it makes "
        "earlier query codes and reply addresses worthless.",
    )
    public_url: AnyHttpUrl = Field(
        default=AnyHttpUrl("http://127.0.0.1:8000"),
        description="Address under which citizens and staff reach the web pages.",
    )
    session_for: Annotated[timedelta, BeforeValidator(_seconds)] = Field(
        default=timedelta(hours=12),
        ge=timedelta(minutes=5),
        le=timedelta(days=1),
        description="How long a sign-in to the console lasts, in seconds or as `PT12H`.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level that is logged."
    )
    log_json: bool = Field(default=True, description="Log one JSON object a line; otherwise in words, for a terminal.")
    http: HttpSettings = HttpSettings()
    smtp: SmtpSettings = SmtpSettings()
    lmtp: LmtpSettings = LmtpSettings()
    imap: ImapSettings | None = None
    smarthost: SmarthostSettings | None = None
    dkim: DkimSettings | None = None
    mail_auth: MailAuthSettings = MailAuthSettings()
    blobs: BlobSettings = BlobSettings()
    telegram: TelegramSettings = TelegramSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is given: building a value reads nothing from the surroundings."""
        return (init_settings,)

    @property
    def indexes(self) -> Path:
        """Where indexes of the entries are kept."""
        return self.index_dir or self.data_dir / "indexes"

    @property
    def store_url(self) -> str:
        """The SQLAlchemy URL of the database in force."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'sunwindow.sqlite3'}"

    @property
    def jobs_url(self) -> str:
        """The SQLAlchemy URL of the job runner's database in force."""
        if self.jobs_database_url is not None:
            return self.jobs_database_url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'jobs.sqlite3'}" if self.is_sqlite else self.store_url

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file that one host alone can write."""
        return self.store_url.startswith("sqlite")

    @property
    def blob_directory(self) -> Path:
        """Where attachments lie when no S3 store is set."""
        return self.blobs.directory or self.data_dir / "blobs"


def variable_of(name: str) -> str:
    """The variable that sets the setting `name`, e.g. `SUNWINDOW_HTTP__PORT` for `http.port`."""
    return PREFIX + name.upper().replace(".", "__")
