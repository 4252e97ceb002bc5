"""Take marks by HTTP on this computer only, from whoever holds the token."""

from __future__ import annotations

import json
import secrets
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.web import Application, HTTPError, RequestHandler

from auditor.session import live, marks

Status = Callable[[], Mapping[str, Any]]
Take = Callable[[bytes], Mapping[str, Any]]


class MarkListener:
    """`POST /mark` and `GET /` on 127.0.0.1, with `Authorization: Bearer TOKEN`."""

    def __init__(self, take: Take, status: Status) -> None:
        self._token = secrets.token_urlsafe(24)
        told = {"take": take, "status": status, "token": self._token}
        routes: list[Any] = [("/mark", _Mark, told), ("/", _Status, told)]
        self._server = HTTPServer(Application(routes), max_body_size=marks.LIMIT)
        self._written: Path | None = None
        self.address = ""

    def open(self, port: int, folder: Path | None) -> None:
        """Listen, and write address and token into the session folder; OSError when it cannot."""
        listening = socket.create_server(("127.0.0.1", port))
        listening.setblocking(False)
        self._server.add_socket(listening)
        self.address = f"127.0.0.1:{listening.getsockname()[1]}"
        if folder:
            self._written = live.write(folder, self.address, self._token)

    def close(self) -> None:
        """Stop listening, and take address and token out of the folder."""
        self._server.stop()
        if self._written:
            self._written.unlink(missing_ok=True)


class _Handler(RequestHandler):
    def initialize(self, take: Take, status: Status, token: str) -> None:
        self._take, self._status, self._token = take, status, token

    def prepare(self) -> None:
        told = self.request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not secrets.compare_digest(told.encode(), self._token.encode()):
            raise HTTPError(401)

    def write_error(self, status_code: int, **_: Any) -> None:
        self.answer(status_code, {"error": self._reason})

    def answer(self, status: int, told: Mapping[str, Any]) -> None:
        self.set_status(status)
        self.set_header("content-type", "application/json")
        self.finish(json.dumps(told))


class _Status(_Handler):
    def get(self) -> None:
        self.answer(200, self._status())


class _Mark(_Handler):
    def post(self) -> None:
        try:
            body = self.request.body
            marks.check_request("POST", body, "Origin" in self.request.headers)
            self.answer(200, self._take(body))
        except ValueError as error:
            self.answer(400, {"error": str(error)})
