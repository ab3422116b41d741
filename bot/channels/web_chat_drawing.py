"""What the chat page shows: messages prepared for the template, and the texts that its script says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bot.channels.web_chat_conversations import Begun
from bot.channels.web_chat_json import compose_message
from casework.bureau import Bureau
from casework.message import Message
from casework.party import Language
from casework.references import find_query_codes
from casework.wording import Wording

_LABEL = re.compile(r"^([^：:。.!?]{1,24}(?:：|:(?= |$))) ?(.*)$")
_SCRIPT = "script."


@dataclass(frozen=True, slots=True)
class ChatPage:
    """Everything that one drawing of the page depends on."""

    bureau: Bureau
    wording: Wording
    language: Language
    messages: Sequence[Message]
    visitor: Begun | None
    is_embedded: bool
    is_kept: bool
    """The last message is saved and waits for its answer."""
    fault: str
    draft: str
    """Words that were not taken and are offered again."""
    client_id: str


def draw(page: ChatPage) -> str:
    """The page as HTML."""

    def say(key: str, **facts: object) -> str:
        return page.wording.say(key, page.language, **facts)

    messages = [_shown(message, page) for message in page.messages]
    template = _templates().get_template("chat.html")
    return template.render(
        page=page, say=say, messages=messages, script_texts=script_texts(page.wording, page.language)
    )


def script_texts(wording: Wording, language: Language) -> Markup:
    """The texts that a script says, as JSON that may stand in a page."""
    own = {key.removeprefix(_SCRIPT): text for key, text in wording.texts[language].items() if key.startswith(_SCRIPT)}
    return in_page(own)


def in_page(members: Mapping[str, object]) -> Markup:
    """JSON that cannot end the element in which it stands."""
    composed = json.dumps(members, ensure_ascii=False)
    return Markup(composed.replace("<", "\\u003c").replace("\u2028", "\\u2028"))  # noqa: S704 - what could close it is escaped


def lines_of(text: str, *, is_card: bool) -> Iterator[tuple[str, str, str]]:
    """A text line by line as (kind, label, words); the lines of an answer card begin with what they tell."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        labelled = _LABEL.match(line) if is_card else None
        if is_card and number == 0 and len(lines) > 1 and not labelled:
            yield "title", "", line.strip("【】")
        elif labelled:
            yield "labelled", labelled[1], labelled[2]
        else:
            yield ("plain" if line.strip() else "gap"), "", line


def _shown(message: Message, page: ChatPage) -> dict[str, object]:
    shown = compose_message(message)
    local = message.created_at.astimezone(page.bureau.calendar.time_zone)
    codes = find_query_codes(message.text) if shown["case"] and message.author.value == "desk" else ()
    return {
        **shown,
        "clock": f"{local:%H:%M}",
        "day": f"{local:%Y-%m-%d}",
        "lines": list(lines_of(message.text, is_card=bool(shown["sources"]))),
        "query_code": codes[0] if codes else "",
    }


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("bot.channels", "web_chat_files"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
