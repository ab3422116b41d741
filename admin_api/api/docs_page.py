"""The plain page that lists the operations of the API; it loads nothing from anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from admin_api.error_handlers import Problem

_STATUSES = (400, 401, 403, 404, 405, 409, 413, 422, 429, 503)


def compose_docs(document: Mapping[str, Any]) -> str:
    """The page of an OpenAPI document."""
    templates = Environment(
        loader=PackageLoader("admin_api.api", "pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    operations = [
        {"method": method.upper(), "path": path, **operation}
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]
    problems = [(Problem(status, ""), HTTPStatus(status).description) for status in _STATUSES]
    return templates.get_template("docs.html").render(document=document, operations=operations, problems=problems)
