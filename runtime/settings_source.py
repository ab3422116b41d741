"""Where the settings come from: a TOML file, variables `SUNWINDOW_*` over it, options of the command over both.

Nothing else in the product reads the environment.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import EnvSettingsSource
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from runtime.certificates import smtp_tls
from runtime.settings import PREFIX, MailAuthSettings, Settings, variable_of
from runtime.unsafe_settings import unsafe

CONFIG_VARIABLE = "SUNWINDOW_CONFIG"
"""Names the TOML file when the command does not."""

_NOT_SETTINGS = (CONFIG_VARIABLE, "SUNWINDOW_TEST_")


class SettingsRefused(Exception):
    """The settings cannot be used as they stand: mend each of the values named here and start again."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        """Keep every reason, so that all can be mended at once."""
        self.reasons = reasons
        super().__init__("\n".join(["the settings cannot be used:", *(f"  {reason}" for reason in reasons)]))


def load_settings(config: Path | None = None, *, options: Mapping[str, object] | None = None) -> Settings:
    """The settings in force: the TOML file, variables over it, `options` of the command over both.

    `options` is nested as the settings are: `{"http": {"port": 8080}}`. Raises SettingsRefused with every value that is
    unknown, missing, of the wrong kind, or unsafe in production.
    """
    named = os.environ.get(CONFIG_VARIABLE)
    file = config or (Path(named) if named else None)
    if strangers := _unknown_variables(os.environ):
        raise SettingsRefused(strangers)
    given = _merged(_read_file(file), EnvSettingsSource(Settings)(), options or {})
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        raise SettingsRefused(tuple(_explain(error))) from None
    if reasons := _bad_urls(settings) + _bad_certificate(settings) + _bad_mail_trust(settings) or unsafe(settings):
        raise SettingsRefused(reasons)
    return settings


def shown(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Every setting in force with its value, secrets hidden, as (dotted name, value)."""
    rows = dict(_leaves(settings.model_dump()))
    rows["database_url"] = _shown_url(settings.store_url)
    rows["jobs_database_url"] = _shown_url(settings.jobs_url)
    return tuple((name, "(not set)" if value is None else str(value)) for name, value in rows.items())


def _leaves(tree: Mapping[str, object], prefix: str = "") -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = []
    for key, value in tree.items():
        rows += _leaves(value, f"{prefix}{key}.") if isinstance(value, Mapping) else [(prefix + key, value)]
    return rows


def _shown_url(url: str) -> str:
    return parsed.render_as_string(hide_password=True) if (parsed := _parsed_url(url)) else "(not an address)"


def _parsed_url(url: str) -> URL | None:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        return None


def _bad_urls(settings: Settings) -> tuple[str, ...]:
    reasons = []
    for name, url in (("database_url", settings.store_url), ("jobs_database_url", settings.jobs_url)):
        parsed = _parsed_url(url)
        if parsed is None or parsed.drivername not in {"sqlite", "postgresql", "postgresql+psycopg"}:
            reasons.append(f"{name}: must be sqlite:///… or postgresql+psycopg://… ({variable_of(name)})")
    return tuple(reasons)


def _bad_certificate(settings: Settings) -> tuple[str, ...]:
    try:
        smtp_tls(settings.smtp)
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        reason = error.strerror if isinstance(error, FileNotFoundError) else str(error)
        return (f"smtp.tls_certificate: cannot be used with smtp.tls_key: {reason}",)
    return ()


def _bad_mail_trust(settings: Settings) -> tuple[str, ...]:
    if settings.dkim is None and settings.mail_auth == MailAuthSettings():
        return ()
    from runtime.mail_trust import mail_trust_faults  # noqa: PLC0415 - brings the mail room, which few commands need

    return mail_trust_faults(settings)


def _read_file(file: Path | None) -> Mapping[str, object]:
    if file is None:
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsRefused((f"{file}: cannot be read: {error.strerror}",)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsRefused((f"{file}: {error}",)) from error


def _unknown_variables(environ: Mapping[str, str]) -> tuple[str, ...]:
    known = {variable_of(name) for name in Settings.model_fields}
    return tuple(
        f"{name}: there is no such setting; docs/settings.md lists them"
        for name in sorted(environ)
        if name.startswith(PREFIX) and not name.startswith(_NOT_SETTINGS) and name.split("__")[0] not in known
    )


def _merged(*layers: Mapping[str, object]) -> dict[str, object]:
    """Nested tables laid over one another; a later layer wins."""
    merged: dict[str, object] = {}
    for layer in layers:
        for key, value in layer.items():
            below = merged.get(key)
            both = isinstance(below, Mapping) and isinstance(value, Mapping)
            merged[key] = _merged(below, value) if both else value  # type: ignore[arg-type]
    return merged


def _explain(error: ValidationError) -> list[str]:
    """One line for each value, without the value itself: it may be a secret."""
    rows = []
    for fault in error.errors(include_input=False, include_url=False):
        name = ".".join(str(part) for part in fault["loc"])
        said = "there is no such setting" if fault["type"] == "extra_forbidden" else fault["msg"]
        rows.append(f"{name}: {said} ({variable_of(name)})")
    return rows
