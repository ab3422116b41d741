from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from runtime.settings import Environment, Settings, variable_of
from runtime.settings_source import SettingsRefused, load_settings, shown
from runtime.unsafe_settings import RULES, unsafe

KEY = "k3J9x2Qp7LmZ4vT8sWb1YhR6cNd5FgAe"
LASTING = Path("/var/lib/sunwindow")
SAFE: Mapping[str, object] = {
    "environment": "production",
    "secret_key": KEY,
    "public_url": "https://front.sample.example",
    "bundle": LASTING / "bureau",
    "data_dir": LASTING,
    "smtp": {"host": "192.0.2.1", "hostname": "mx.sample.example"},
    "smarthost": {"host": "relay.sample.example"},
}
S3 = {"endpoint_url": "https://s3.sample.example", "bucket": "letters", "access_key": "a", "secret_key": "b"}


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SUNWINDOW_")]:
        monkeypatch.delenv(name)


def write(folder: Path, text: str) -> Path:
    file = folder / "sunwindow.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_file_or_variables_the_settings_suit_development() -> None:
    settings = load_settings()

    assert settings.environment is Environment.DEVELOPMENT
    assert settings.http.host == settings.smtp.host == "127.0.0.1"
    assert settings.store_url == "sqlite:///data/sunwindow.sqlite3"
    assert settings.blob_directory == Path("data/blobs")


def test_a_variable_wins_over_the_file_and_an_option_over_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, '[http]\nhost = "127.0.0.2"\nport = 1\n[smtp]\nport = 25\n')
    monkeypatch.setenv("SUNWINDOW_HTTP__PORT", "2")
    monkeypatch.setenv("SUNWINDOW_SMTP__PORT", "26")

    settings = load_settings(file, options={"smtp": {"port": 27}})

    assert (settings.http.host, settings.http.port, settings.smtp.port) == ("127.0.0.2", 2, 27)


def test_the_file_may_be_named_by_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUNWINDOW_CONFIG", str(write(tmp_path, "hosts = 7\n")))

    assert load_settings().hosts == 7


def test_variables_hold_lists_and_durations_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUNWINDOW_HTTP__TRUSTED_PROXIES", "192.0.2.1, 192.0.2.2")
    monkeypatch.setenv("SUNWINDOW_SESSION_FOR", "3600")

    settings = load_settings()

    assert settings.http.trusted_proxies == ("192.0.2.1", "192.0.2.2")
    assert settings.session_for == timedelta(hours=1)


def test_an_empty_list_of_proxies_is_said_and_not_unsaid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUNWINDOW_HTTP__TRUSTED_PROXIES", "")

    assert load_settings().http.trusted_proxies == ()


@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        pytest.param("htsos = 2", "htsos", "no such setting", id="an unknown setting"),
        pytest.param("[http]\nprt = 2", "http.prt", "no such setting", id="an unknown setting of a group"),
        pytest.param("hosts = 0", "hosts", "greater than or equal to 1", id="a number out of bounds"),
        pytest.param('[http]\nport = "web"', "http.port", "integer", id="a word for a number"),
        pytest.param('environment = "live"', "environment", "production", id="an unknown environment"),
        pytest.param('[smarthost]\nuser = "x"', "smarthost.host", "required", id="half a group"),
        pytest.param('database_url = "mysql://x"', "database_url", "sqlite:///", id="another database"),
        pytest.param('database_url = "what"', "database_url", "sqlite:///", id="no address at all"),
        pytest.param("hosts =", "", "sunwindow.toml", id="no TOML"),
        pytest.param('[dkim]\nselector = "s1"', "dkim.key_file", "required", id="half a signature"),
        pytest.param(
            '[dkim]\nkey_file = "missing.pem"\nselector = "s1"\ndomain = "zmd.example"',
            "dkim.key_file",
            "cannot be read: No such file",
            id="a key that is not there",
        ),
        pytest.param(
            '[mail_auth]\nrelay_addresses = ["relay.example"]',
            "mail_auth.relay_addresses",
            "IPv4 or IPv6",
            id="a relay by name",
        ),
        pytest.param(
            '[mail_auth]\nverify = true\ndns_servers = ["dns.example"]',
            "mail_auth.dns_servers",
            "192.0.2.53",
            id="a DNS server by name",
        ),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(tmp_path: Path, text: str, name: str, reason: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        load_settings(write(tmp_path, text))

    assert any(row.startswith(name) and reason in row for row in refused.value.reasons), refused.value


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("[mail_auth]\nverify = true", "mail_auth.verify"),
        ('[dkim]\nkey_file = "dkim.pem"\nselector = "s1"\ndomain = "zmd.example"', "dkim.key_file"),
    ],
)
def test_what_wants_an_extra_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, name: str
) -> None:
    for module in ("dkim", "dkim.crypto"):
        monkeypatch.setitem(sys.modules, module, None)

    with pytest.raises(SettingsRefused) as refused:
        load_settings(write(tmp_path, text))

    (reason,) = refused.value.reasons
    assert reason.startswith(f"{name}: "), reason
    assert "pip install sunwindow[mailauth]" in reason


def test_a_misspelt_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUNWINDOW_SECERT_KEY", KEY)

    with pytest.raises(SettingsRefused, match="SUNWINDOW_SECERT_KEY: there is no such setting"):
        load_settings()


def test_a_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused, match="cannot be read"):
        load_settings(tmp_path / "nowhere.toml")


def test_a_refusal_does_not_tell_a_secret(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused) as refused:
        load_settings(write(tmp_path, 'secret_key = ["hush-hush"]\ndatabase_url = "mysql://u:hush-hush@h/d"'))

    assert "hush-hush" not in str(refused.value)


def test_safe_values_start_in_production() -> None:
    assert load_settings(options=SAFE).environment is Environment.PRODUCTION


UNSAFE = [
    pytest.param("secret_key", {"secret_key": "only-for-development"}, "query codes", id="no key"),
    pytest.param("secret_key", {"secret_key": KEY[:31]}, "32 random characters", id="a short key"),
    pytest.param("secret_key", {"secret_key": "ab" * 20}, "32 random characters", id="a key of two letters"),
    pytest.param("public_url", {"public_url": "http://front.sample.example"}, "https", id="an open address"),
    pytest.param("public_url", {"public_url": "https://127.0.0.1"}, "this machine only", id="an address of our own"),
    pytest.param("bundle", {"bundle": None}, "invented", id="no bundle"),
    pytest.param("data_dir", {"data_dir": "data"}, "relative", id="data beside the shell"),
    pytest.param("data_dir", {"data_dir": "/tmp/data"}, "temporary", id="data among temporary files"),
    pytest.param("database_url", {"hosts": 2, "blobs": {"s3": S3}}, "SQLite", id="SQLite on two hosts"),
    pytest.param(
        "blobs.s3", {"hosts": 2, "database_url": "postgresql+psycopg://h/d"}, "hides", id="a directory on two hosts"
    ),
    pytest.param(
        "blobs.s3.endpoint_url",
        {"blobs": {"s3": S3 | {"endpoint_url": "http://s3.sample.example"}}},
        "https",
        id="attachments in the open",
    ),
    pytest.param("http.trusted_proxies", {"http": {"host": "0.0.0.0"}}, "empty list", id="proxies left unsaid"),
    pytest.param("http.trusted_proxies", {"http": {"trusted_proxies": "*"}}, "any caller", id="every proxy"),
    pytest.param(
        "smtp.max_size", {"smtp": {"host": "0.0.0.0", "max_size": 0, "hostname": "mx.example"}}, "fill", id="no bound"
    ),
    pytest.param("smtp.hostname", {"smtp": {}}, "MX record", id="no name of our own"),
    pytest.param(
        "mail_auth.relay_addresses",
        {"mail_auth": {"relays": ["mx.sample.example"], "relay_addresses": ["0.0.0.0/0"]}},
        "any caller",
        id="every caller a relay",
    ),
    pytest.param(
        "imap.tls",
        {"imap": {"host": "imap.example", "user": "duty", "password": "x", "tls": "none"}},
        "starttls",
        id="an open mailbox",
    ),
    pytest.param("smarthost", {"smarthost": None}, "no letter could be answered", id="no mail server"),
    pytest.param("smarthost.tls", {"smarthost": {"host": "relay.example", "tls": "none"}}, "starttls", id="open mail"),
    pytest.param(
        "telegram.base_url", {"telegram": {"token": "t", "base_url": "http://bots.example"}}, "https", id="open token"
    ),
    pytest.param(
        "telegram.webhook_secret", {"telegram": {"token": "t", "mode": "webhook"}}, "anyone could post", id="no secret"
    ),
    pytest.param(
        "telegram.webhook_secret",
        {"telegram": {"token": "t", "mode": "webhook", "webhook_secret": "not allowed: ! and :"}},
        "Bot API allows",
        id="a secret that Telegram refuses",
    ),
]


@pytest.mark.parametrize(("name", "change", "reason"), UNSAFE)
def test_an_unsafe_value_refuses_to_start_in_production(name: str, change: dict[str, object], reason: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        load_settings(options={key: value for key, value in SAFE.items() if key not in change} | change)

    rows = refused.value.reasons
    assert len(rows) == 1, rows
    assert rows[0].startswith(f"{name}: "), rows
    assert reason in rows[0], rows
    assert rows[0].endswith(f"({variable_of(name)})"), rows


def test_every_rule_was_seen_to_refuse() -> None:
    assert {name for name, _ in RULES} == {param.values[0] for param in UNSAFE}


def test_the_demo_bureau_is_refused_by_its_folder() -> None:
    demo = Path(__file__).parents[2] / "runtime" / "demo" / "bureau"

    assert any("copy it" in reason for reason in unsafe(Settings.model_validate({**SAFE, "bundle": demo})))


def test_the_same_values_are_let_pass_in_development() -> None:
    assert unsafe(Settings.model_validate({"secret_key": "x", "environment": "development"})) == ()


def test_secrets_are_not_shown() -> None:
    settings = Settings.model_validate(
        {
            **SAFE,
            "database_url": "postgresql+psycopg://sun:hush-db@db.example/sun",
            "smarthost": {"host": "relay.example", "user": "sun", "password": "hush-mail"},
            "telegram": {"token": "hush-bot", "webhook_secret": "hush-hook"},
            "blobs": {"s3": S3 | {"secret_key": "hush-s3"}},
        }
    )

    rows = dict(shown(settings))

    assert rows["database_url"] == "postgresql+psycopg://sun:***@db.example/sun"
    assert rows["smarthost.user"] == "sun"
    assert "hush" not in repr(rows) + repr(settings)
    assert KEY not in repr(rows) + repr(settings)


def test_the_job_runner_has_a_file_of_its_own_beside_sqlite_and_shares_postgresql() -> None:
    url = "postgresql+psycopg://db.example/sun"

    assert Settings().jobs_url == "sqlite:///data/jobs.sqlite3"
    assert Settings.model_validate({"database_url": url}).jobs_url == url
