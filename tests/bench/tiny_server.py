"""A real HTTP server that answers as a test tells it, and counts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answers:
    """What the server answers, and what it was asked.

    Attributes:
        chunked: send the body in two chunks, else with its length.
        closing: close the connection after each answer without saying so before.
    """

    status: int = 200
    chunked: bool = False
    closing: bool = False
    asked: list[tuple[str, str, bytes]] = field(default_factory=list)
    connections: set[tuple[str, int]] = field(default_factory=set)


@contextmanager
def tiny_server(answers: Answers) -> Iterator[int]:
    """Serve on a free port until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            answers.asked.append((self.command, self.path, sent))
            answers.connections.add(self.client_address)
            self.send_response(answers.status)
            if answers.chunked:
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                self.wfile.write(b"2\r\n{}\r\n1\r\n\n\r\n0\r\n\r\n")
            else:
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")
            self.close_connection = answers.closing

        do_GET = _answer
        do_POST = _answer

        def log_message(self, *_arguments: object) -> None:
            """Write nothing."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128  # fifty clients come at once
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
