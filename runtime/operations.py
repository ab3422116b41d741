"""Routes for operators and their machines: alive, ready, figures. They show no citizen's data."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Response

from casework.errors import CaseworkError
from casework.ports import Store
from runtime.metrics import Metrics


def operations_routes(store: Store, metrics: Metrics, *, is_stopping: Callable[[], bool]) -> APIRouter:
    """`/livez`, `/readyz` and `/metrics`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/livez")
    def livez() -> Response:
        """The process runs."""
        return Response("ok\n", media_type="text/plain")

    @router.get("/readyz")
    def readyz() -> Response:
        """The store answers and we are not about to stop; 503 otherwise, so that no new work is sent here."""
        if is_stopping():
            return Response("stopping\n", 503, media_type="text/plain")
        try:
            with store.read() as uow:
                uow.doors.get_position("readyz")
        except CaseworkError:
            return Response("the store does not answer\n", 503, media_type="text/plain")
        return Response("ok\n", media_type="text/plain")

    @router.get("/metrics")
    def figures() -> Response:
        """Figures for Prometheus."""
        return Response(metrics.exposition(), media_type="text/plain; version=0.0.4")

    return router
