"""Serves a preview to the browser of this machine: a frame around a page, and events that say when that is new."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any, Self

from dsw_analysis.intake.writing.pages import TEMPLATES, font_faces

_ALIVE = 15
"""Seconds after which a browser is told that nothing is new."""


class Server(ThreadingTCPServer):
    """A server on a free port of the loopback address, in a thread; use it as a context manager.

    Its addresses begin with a secret, since other users of the machine reach the port too, and pages of other sites
    through a name of theirs that leads here, which is refused besides.

    Parameters
    ----------
    page:
        Name of the page in the frame.
    content:
        Gives a page by its name, and ``None`` for all that is not to be served.
    """

    daemon_threads = True

    def __init__(self, page: str, content: Callable[[str], bytes | None]) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.content, self.secret = content, secrets.token_urlsafe(16)
        port = self.server_address[1]
        self.hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        self.address = f"http://{self.hosts[0]}/{self.secret}/"
        frame = (TEMPLATES / "preview.html").read_text(encoding="utf-8")
        for name, value in {"SECRET": self.secret, "FACES": font_faces(""), "PAGE": page}.items():
            frame = frame.replace(f"THE-{name}", value)
        self.frame = frame.encode()
        self._news = threading.Condition()
        self._told: dict[str, Any] = {"page": 0, "busy": True, "failed": []}

    def __enter__(self) -> Self:
        """Begin to serve."""
        threading.Thread(target=self.serve_forever, name="preview", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.shutdown()
        self.server_close()

    def tell(self, **news: Any) -> None:  # noqa: ANN401 - JSON
        """Tell all browsers whether the preview is ``busy``, and what ``failed``: name of the section, what it says."""
        with self._news:
            self._told = {**self._told, **news}
            self._news.notify_all()

    def show(self) -> None:
        """Have all browsers take the page anew."""
        self.tell(page=self._told["page"] + 1)

    def news(self, known: object) -> dict[str, Any]:
        """What there is to tell, once it is not what is known, or after a while."""
        with self._news:
            self._news.wait_for(lambda: self._told is not known, timeout=_ALIVE)
            return self._told

    def handle_error(self, *_: object) -> None:
        """Browsers go away at any time."""


class _Request(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        """Give the frame, its events, or a page."""
        server, (path, _, _) = self.server, self.path.partition("?")
        _, secret, name = path.split("/", 2) if path.count("/") > 1 else ("", "", "")
        if self.headers.get("Host") not in server.hosts or not secrets.compare_digest(secret, server.secret):
            self.send_error(HTTPStatus.FORBIDDEN)
        elif name == "events":
            self._events()
        elif name == "":
            own = f"'nonce-{server.secret}'"
            self._give(
                server.frame,
                f"default-src 'none'; script-src {own}; style-src {own}; font-src data:; connect-src 'self'; "
                "frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
            )
        elif (content := server.content(name)) is not None:
            self._give(content, "frame-ancestors 'self'")  # what else it may do, it says itself
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def _give(self, content: bytes, policy: str) -> None:
        self._begin("text/html; charset=utf-8", policy)
        self.wfile.write(content)

    def _begin(self, kind: str, policy: str = "default-src 'none'") -> None:
        self.send_response(HTTPStatus.OK)
        for name, value in {
            "Content-Type": kind,
            "Content-Security-Policy": policy,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
        }.items():
            self.send_header(name, value)
        self.end_headers()

    def _events(self) -> None:
        self._begin("text/event-stream")
        known = None
        while True:  # until the browser is gone, which the next line finds out
            known = self.server.news(known)
            self.wfile.write(f"data: {json.dumps(known)}\n\n".encode())

    def log_message(self, *_: object) -> None:
        """The terminal is for the preview."""
