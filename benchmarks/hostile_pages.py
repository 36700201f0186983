"""A report site that turned hostile: its archive lists articles each of which costs its reader more than its length."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.support.markup_traps import in_a_page, traps

LENGTHS = (1 << 20, 7_500_000)  # bytes: within what is parsed, and as much as the network lets through


class HostileSite:
    """Its articles in turn are every trap; so is every third archive. `served` counts them."""

    def __init__(self, count: int) -> None:
        laid = [in_a_page(trap) for length in LENGTHS for trap in traps(length).values()]
        self.articles = {f"/{number}.html": laid[number % len(laid)] for number in range(count)}
        self.served = self._archives = 0

    def page(self, path: str) -> bytes | None:
        """Return what stands at an address, None where nothing does."""
        if path == "/":
            return b"<html><body>.</body></html>"
        if path == "/archives.html":
            self._archives += 1
            links = "".join(f'<li><a href="{article}">{article}</a>' for article in self.articles)
            listing = f"<html><body><div id=content>{links}</div>".encode()
            return listing if self._archives % 3 else self._trap(f"/{self._archives % len(self.articles)}.html")
        return self._trap(path) if path in self.articles else None

    def _trap(self, path: str) -> bytes:
        self.served += 1
        return self.articles[path]


@contextmanager
def serving(site: HostileSite) -> Iterator[str]:
    """Serve it on loopback, and yield its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = site.page(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # the bot hangs up where it is too much
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
