"""Traces are optional: nothing without an endpoint, and a sentence without the packages."""

from __future__ import annotations

import gzip
import http.server
import sys
import threading
from collections.abc import Iterator

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from muster.base.errors import NotFound, Unavailable
from muster.base.spans import span
from muster.tracing import tracing


@pytest.fixture
def collector() -> Iterator[tuple[str, list[Span]]]:
    """A real OTLP/HTTP receiver: its address, and the spans it was sent."""
    received: list[Span] = []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            asked = ExportTraceServiceRequest.FromString(body)
            for resource in asked.resource_spans:
                for scope in resource.scope_spans:
                    received.extend(scope.spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", received
        server.shutdown()


def test_spans_reach_a_collector_nested_and_without_the_text_of_errors(
    collector: tuple[str, list[Span]],
) -> None:
    endpoint, received = collector
    with tracing(endpoint, service="muster-test"), span("request", route="/api/rules") as tell:
        tell(status=404)
        with pytest.raises(NotFound), span("run"):
            raise NotFound("UNKNOWN_RULE", "There is no ann@example.org.")
    found = {item.name: item for item in received}
    assert set(found) == {"request", "run"}
    assert found["run"].parent_span_id == found["request"].span_id
    attributes = {item.key: item.value for item in found["request"].attributes}
    assert attributes["route"].string_value == "/api/rules"
    assert attributes["status"].int_value == 404
    assert found["run"].status.code == Status.STATUS_CODE_ERROR
    assert "ann@example.org" not in str(received)


def test_after_the_block_nothing_is_traced(collector: tuple[str, list[Span]]) -> None:
    endpoint, received = collector
    with tracing(endpoint, service="muster-test"):
        pass
    with span("later"):
        pass
    assert received == []


def test_without_an_endpoint_nothing_is_loaded() -> None:
    with tracing(None, service="muster-test"), span("anything") as tell:
        tell(more=1)


def test_with_an_endpoint_but_without_the_packages_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.resources", None)
    with pytest.raises(Unavailable) as refused, tracing("http://localhost:4318", service="x"):
        pass
    assert refused.value.code == "TRACING_NOT_INSTALLED"
    assert "muster[otel]" in (refused.value.hint or "")
