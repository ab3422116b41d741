"""Pages for people: the texts and the language they are shown in, the templates, and the headers every page carries.

It knows nothing of cases. `console` and `portal` build what a page says and hand it to a `Visit`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from admin_api.access import Context
from casework.party import LANGUAGES, Language
from casework.ports import StaffSession
from casework.references import veil_query_codes
from casework.wording import Wording, load_wording

LANGUAGE_COOKIE: Final = "sunwindow_language"
FORM_COOKIE: Final = "sunwindow_form"
"""What a form of somebody who is not signed in must bring back (a double-submit cookie)."""
_YEAR_IN_SECONDS: Final = 365 * 24 * 3600

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
SECURITY_HEADERS: Final = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "cross-origin-opener-policy": "same-origin",
}
_SECURE_TRANSPORT: Final = "max-age=31536000"


@cache
def texts() -> Wording:
    """Every sentence of the console and the portal, in both languages."""
    return load_wording(files("admin_api") / "texts")


def htmx_file() -> Path:
    """Where the installed wheel `django-js-lib-htmx` keeps htmx; the wheel is found, not imported."""
    spec = find_spec("js_lib_htmx")
    if spec is None or spec.origin is None:
        raise RuntimeError("htmx is missing: install the distribution django-js-lib-htmx")
    return Path(spec.origin).parent / "static" / "htmx" / "htmx.min.js"


def static_folder() -> Path:
    """Where our own style sheet, scripts and pictures lie."""
    return Path(str(files("admin_api"))) / "static"


@cache
def asset(name: str) -> str:
    """The address of a static file, with a mark that changes when the file does."""
    path = htmx_file() if name == "htmx.min.js" else static_folder() / name
    return f"/static/{name}?v={hashlib.sha256(path.read_bytes()).hexdigest()[:10]}"


def in_paragraphs(text: str) -> Markup:
    """Plain text as escaped HTML: an empty line parts paragraphs, every other line break is kept."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return Markup("").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in paragraph.splitlines()))
        for paragraph in paragraphs
    )


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("admin_api", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["paragraphs"] = in_paragraphs
    environment.filters["veiled"] = veil_query_codes
    environment.globals["asset"] = asset
    return environment


def compose_document(template: str, language: Language, **facts: object) -> str:
    """A template filled in that is no page of this site, as for a file that is handed out."""
    say = partial(_say_in, language)
    return _templates().get_template(template).render(say=say, language=language, **facts)


def _say_in(language: Language, key: str, **facts: object) -> str:
    return texts().say(key, language, **facts)


def choose_language(request: Request, preferred: Language | None = None) -> Language:
    """The language asked for in the address, else the remembered one, else `preferred`, else what the browser reads."""
    for wish in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE), preferred):
        if wish in LANGUAGES:
            return "zh" if wish == "zh" else "en"
    accepted = request.headers.get("accept-language", "").lower()
    first = re.search(r"\b(zh|en)\b", accepted)
    return "en" if first and first[1] == "en" else "zh"


def local_path(wish: str, otherwise: str) -> str:
    """`wish` when it is a path on this site, else `otherwise`: nobody is sent elsewhere after signing in."""
    parts = urlsplit(wish)
    safe = wish.startswith("/") and not wish.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return wish if safe and wish.isprintable() and "\\" not in wish else otherwise


def client_address(request: Request) -> str:
    """Where the request comes from, as far as the server knows."""
    return request.client.host if request.client else "unknown"


@dataclass(frozen=True)
class Visit:
    """One request for a page: who asks, in which language, and how to answer."""

    request: Request
    context: Context
    language: Language
    session: StaffSession | None = None

    def say(self, key: str, **facts: object) -> str:
        """The text for `key` in the visitor's language."""
        return texts().say(key, self.language, **facts)

    def say_or(self, key: str, otherwise: str) -> str:
        """The text for `key`, or `otherwise` when there is none."""
        return texts().texts[self.language].get(key, otherwise)

    def day(self, on: date) -> str:
        """A date as people write it."""
        return self.say(
            "format.day", year=on.year, month=on.month, day=on.day, month_name=self.say(f"month.{on.month}")
        )

    def moment(self, at: datetime) -> str:
        """An instant on the bureau's clock."""
        local = at.astimezone(self.context.office.bureau.calendar.time_zone)
        return self.say("format.moment", day=self.day(local.date()), clock=f"{local:%H:%M}")

    @property
    def form_token(self) -> str:
        """What every form of this visitor must bring back."""
        if self.session is not None:
            return self.session.csrf_token
        if not hasattr(self.request.state, "form_token"):
            self.request.state.form_token = self.request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
        return str(self.request.state.form_token)

    def address_in(self, language: Language) -> str:
        """The address of the same page in another language."""
        query = [(name, value) for name, value in self.request.query_params.multi_items() if name != "lang"]
        return f"{self.request.url.path}?{urlencode([*query, ('lang', language)])}"

    def draw(self, template: str, **facts: object) -> str:
        """A template filled in, as text."""
        return (
            _templates()
            .get_template(template)
            .render(
                visit=self,
                say=self.say,
                day=self.day,
                moment=self.moment,
                language=self.language,
                bureau=self.context.office.bureau,
                session=self.session,
                staff=self.session.staff if self.session else None,
                **facts,
            )
        )

    def show(self, template: str, *, status: int = 200, **facts: object) -> HTMLResponse:
        """A whole page, or a part of one for htmx; what is said to one person alone is not kept by browsers."""
        response = HTMLResponse(self.draw(template, **facts), status)
        if self.request.query_params.get("lang") in LANGUAGES:
            self.remember(response, LANGUAGE_COOKIE, self.language, max_age=_YEAR_IN_SECONDS)
        if self.session is None and hasattr(self.request.state, "form_token"):
            self.remember(response, FORM_COOKIE, self.form_token)
        response.headers["vary"] = "Cookie, Accept-Language, HX-Request"
        is_private = self.session is not None or self.request.method == "POST"
        response.headers["cache-control"] = "no-store" if is_private else "private, no-cache"
        return response

    def remember(self, response: HTMLResponse | RedirectResponse, name: str, value: str, **options: int) -> None:
        """Set a cookie that scripts cannot read and other sites' forms do not carry."""
        response.set_cookie(
            name,
            value,
            max_age=options.get("max_age"),
            path="/",
            secure=self.request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )

    def go(self, path: str) -> RedirectResponse:
        """On to another page, as after every form that was accepted (303, RFC 9110 §15.4.4)."""
        return RedirectResponse(path, 303, headers={"cache-control": "no-store"})


def is_own_form(request: Request, expected: str, brought: str) -> bool:
    """Whether a form was sent from a page of ours: its token is right and the browser names no other site."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    return bool(expected) and hmac.compare_digest(expected.encode(), brought.encode())


class SecurityHeaders:
    """Lays the security headers under every answer; what an endpoint set itself stays."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, adding headers where an answer begins."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # A page with a policy of its own, as the chat that other sites may frame, says there who may frame it.
                spared = {"x-frame-options"} if "content-security-policy" in headers else set[str]()
                for name, value in SECURITY_HEADERS.items():
                    if name not in spared:
                        headers.setdefault(name, value)
                if scope.get("scheme") == "https":
                    headers.setdefault("strict-transport-security", _SECURE_TRANSPORT)
            await send(message)

        await self._app(scope, receive, send_with_headers)
