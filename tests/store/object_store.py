"""A small object store that speaks enough of S3's protocol for Delta tables, on 127.0.0.1."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    objects: dict[str, bytes]
    lock: threading.Lock

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.lock:
            if self.headers.get("If-None-Match") == "*" and self.key in self.objects:
                self.answer(412)
                return
            self.objects[self.key] = body
        self.answer(200, etag=body)

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        if "list-type" in query:
            self.answer(
                200, self.listing(*(query.get(name, [""])[0] for name in ("prefix", "delimiter", "start-after")))
            )
            return
        body = self.objects.get(self.key)
        if body is None:
            self.answer(404)
            return
        wanted = self.headers.get("Range")
        if wanted is None:
            self.answer(200, body, etag=body)
            return
        low, _, high = wanted.removeprefix("bytes=").partition("-")
        start = int(low) if low else len(body) - int(high)
        end = min(int(high) + 1 if low and high else len(body), len(body))
        self.answer(206, body[start:end], etag=body, place=f"bytes {start}-{end - 1}/{len(body)}")

    def do_HEAD(self) -> None:
        body = self.objects.get(self.key)
        self.answer(404 if body is None else 200, body or b"", etag=body)

    def do_DELETE(self) -> None:
        self.objects.pop(self.key, None)
        self.answer(204)

    @property
    def key(self) -> str:
        return unquote(urlsplit(self.path).path).split("/", 2)[-1]

    def listing(self, prefix: str, delimiter: str, after: str) -> bytes:
        found, folders = [], set()
        for key, body in sorted(self.objects.items()):
            rest = key.removeprefix(prefix)
            if not key.startswith(prefix) or key <= after:
                continue
            if delimiter and delimiter in rest:
                folders.add(prefix + rest.split(delimiter)[0] + delimiter)
                continue
            found.append(
                f"<Contents><Key>{escape(key)}</Key><Size>{len(body)}</Size>"
                f"<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>{_etag(body)}</ETag></Contents>"
            )
        shared = "".join(f"<CommonPrefixes><Prefix>{escape(each)}</Prefix></CommonPrefixes>" for each in folders)
        return f"<ListBucketResult><IsTruncated>false</IsTruncated>{''.join(found)}{shared}</ListBucketResult>".encode()

    def answer(self, status: int, body: bytes = b"", *, etag: bytes | None = None, place: str | None = None) -> None:
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        if etag is not None:
            self.send_header("ETag", _etag(etag))
            self.send_header("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
        if place is not None:
            self.send_header("Content-Range", place)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


def _etag(body: bytes) -> str:
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'


@contextmanager
def object_store() -> Iterator[tuple[dict[str, str], dict[str, bytes]]]:
    """Options that lead to an empty store, and the objects in it by key."""
    objects: dict[str, bytes] = {}
    handler = type("Handler", (_Handler,), {"objects": objects, "lock": threading.Lock()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield (
            {
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
                "AWS_ACCESS_KEY_ID": "key",
                "AWS_SECRET_ACCESS_KEY": "secret",
                "AWS_REGION": "nowhere-1",
                "AWS_ALLOW_HTTP": "true",
            },
            objects,
        )
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
