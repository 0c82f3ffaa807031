"""Sends spans to an OpenTelemetry collector; an optional part, loaded when an endpoint is set."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import muster
from muster.base import correlation, spans
from muster.base.errors import Unavailable
from muster.base.spans import Attribute, Tell

_MODULES = (
    "opentelemetry.sdk.resources",
    "opentelemetry.sdk.trace",
    "opentelemetry.sdk.trace.export",
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "opentelemetry.trace",
)


@contextmanager
def tracing(endpoint: str | None, *, service: str) -> Iterator[None]:
    """Trace while the block runs, and send what is left at its end.

    Args:
        endpoint: the collector, e.g. ``http://localhost:4318``; None: nothing is traced.
        service: the name of this process in traces, e.g. ``muster-serve``.

    Raises:
        Unavailable: TRACING_NOT_INSTALLED.
    """
    if endpoint is None:
        yield
        return
    resources, sdk, export, otlp, api = _load()
    provider = sdk.TracerProvider(
        resource=resources.Resource.create(
            {"service.name": service, "service.version": muster.__version__}
        )
    )
    exporter = otlp.OTLPSpanExporter(endpoint=endpoint.rstrip("/") + "/v1/traces")
    provider.add_span_processor(export.BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("muster")

    @contextmanager
    def begin(name: str, attributes: dict[str, Attribute]) -> Iterator[Tell]:
        # The exception itself is left out: its text may quote personal data.
        with tracer.start_as_current_span(
            name,
            attributes={**attributes, **correlation.current()},
            record_exception=False,
            set_status_on_exception=False,
        ) as current:

            def tell(**more: Attribute) -> None:
                current.set_attributes(more)

            try:
                yield tell
            except BaseException as error:
                current.set_status(api.StatusCode.ERROR, type(error).__qualname__)
                raise

    spans.install(begin)
    try:
        yield
    finally:
        spans.install(None)
        provider.shutdown()


def _load() -> tuple[Any, ...]:
    try:
        return tuple(importlib.import_module(name) for name in _MODULES)
    except ImportError as error:
        raise Unavailable(
            "TRACING_NOT_INSTALLED",
            "MUSTER_OTLP_ENDPOINT is set, but the OpenTelemetry packages are not installed.",
            hint='Run `pip install "muster[otel]"`, or leave the setting empty.',
        ) from error
