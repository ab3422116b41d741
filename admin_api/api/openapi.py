"""The OpenAPI document of the API, with the errors that every operation can answer, and the page that lists it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from admin_api.error_handlers import PROBLEM_JSON, Problem

TITLE = "Sunwindow staff API"
VERSION = "1"
TAGS = (
    ("cases", "Applications, complaints, reports, consultations and suggestions."),
    ("handling", "Steps, deadlines and letters that the law asks for."),
    ("assignments", "Who has a case, and handing it on."),
    ("threads", "Correspondence with one citizen over one channel."),
    ("messages", "What was said, and the files that came with it."),
    ("parties", "Who writes to the bureau."),
    ("triage", "Held and shunted messages that wait for a clerk's word."),
    ("outbox", "What we promised to send, and what became of it."),
    ("procedures", "What the bureau has published."),
    ("gaps", "Questions that were not well answered, grouped by likeness, and closing them."),
    ("entries", "Drafting, reviewing and publishing what questions are answered from."),
    ("items", "Drafting, reviewing and publishing what the disclosure catalogue lists."),
    ("figures", "Rates and counts of a period, and the annual report as the cases stand now."),
    ("units", "The parts of the bureau."),
    ("staff", "Accounts."),
    ("api-keys", "Keys of this API."),
    ("audit", "Every event of every case, and the proof of a ledger."),
)
_DESCRIPTION = """Everything needs a key: `Authorization: Bearer KEY`. A key has scopes and acts as an account.

Errors are problem details (RFC 9457). Lists are paged: `?limit=&cursor=` gives `items` and `next_cursor`. Every POST
needs an `Idempotency-Key`: the same key with the same request is answered alike and changes nothing again; with another
request it is refused with 422. Writes on a case may name the version they were made from, by `If-Match` or `version`.
"""
_READ = (401, 403, 404, 422, 503)
_WRITE = (400, 401, 403, 404, 409, 413, 422, 503)
_EXAMPLES: Mapping[int, Problem] = {
    400: Problem(400, "send the header Idempotency-Key: 1 to 200 visible ASCII characters, new for new work"),
    401: Problem(401, "this key is not known here, or was revoked: ask an administrator"),
    403: Problem(403, "this key lacks the scope cases:write", scope="cases:write"),
    404: Problem(404, "there is no case 'ZMD-2026-000999-1' that this key can see: check the reference"),
    409: Problem(409, "case ZMD-2026-000123-3 is at version 5, not 4: load it again and decide anew"),
    413: Problem(413, "a request has at most 33554432 octets: send fewer or smaller files"),
    422: Problem(
        422,
        "Some of what was sent is not as it should be: see errors.",
        errors=({"pointer": "body/staff_id", "detail": "Field required"},),
    ),
    503: Problem(503, "The store cannot be reached just now: try again later.", error_id="5f0c2a9be1d4"),
}
_PROBLEM_SCHEMA: Mapping[str, Any] = {
    "title": "Problem",
    "description": "Problem details (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What, which, and the way out."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
                "required": ["pointer", "detail"],
            },
        },
        "scope": {"type": "string", "description": "The scope that the key lacks."},
        "error_id": {"type": "string", "description": "Under which our log has it."},
    },
}


def compose_openapi(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the API's routes."""
    document = get_openapi(
        title=TITLE,
        version=VERSION,
        description=_DESCRIPTION,
        routes=routes,
        tags=[{"name": name, "description": words} for name, words in TAGS],
    )
    for path in document["paths"].values():
        for method, operation in path.items():
            operation["responses"] |= _problems(_WRITE if method == "post" else _READ)
            _tidy_headers(operation)
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = dict(_PROBLEM_SCHEMA)
    return document


def _problems(statuses: tuple[int, ...]) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        str(status): {
            "description": _EXAMPLES[status].title,
            "content": {PROBLEM_JSON: {"schema": schema, "example": _EXAMPLES[status].as_json()}},
        }
        for status in statuses
    }


def _tidy_headers(operation: dict[str, Any]) -> None:
    """The header is optional to FastAPI only, so that its absence is told in our own words."""
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "header":
            parameter["name"] = parameter["name"].title()
            parameter["required"] = parameter["name"] == "Idempotency-Key"
