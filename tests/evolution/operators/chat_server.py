"""A small chat-completions server, real down to the socket, for the tests of endpoints."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """One request; ``number`` counts from 0."""

    number: int
    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def question(self) -> str:
        return str(self.body["messages"][-1]["content"])


@dataclass(frozen=True)
class Answer:
    """What to send; ``manner`` is how."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    manner: str = "whole"  # or "hang", "drip", "hang up", "endless"


def completion(
    content: Any, finish: str = "stop", usage: dict[str, Any] | None = None, **message: Any
) -> Answer:
    """A chat completion as llama.cpp, vLLM and the others write it."""
    record = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": content, **message},
                "finish_reason": finish,
            }
        ],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20} if usage is None else usage,
    }
    return Answer(200, json.dumps(record).encode(), {"Content-Type": "application/json"})


def error(status: int, message: str = "no", **headers: str) -> Answer:
    body = json.dumps({"error": {"message": message, "type": "test"}}).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, body, {"Content-Type": "application/json", **names})


Respond = Callable[[Received], Answer]


class ChatServer:
    """Listens on a free port; `received` holds what came, in the order of arrival."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond
        self.received: list[Received] = []
        self.at_once = 0  # most requests that were open at the same moment
        self._open = 0
        self._lock = threading.Lock()
        self._closing = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer._handle(self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handle(self, handler: BaseHTTPRequestHandler) -> None:
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        with self._lock:
            self._open += 1
            self.at_once = max(self.at_once, self._open)
            request = Received(len(self.received), handler.path, dict(handler.headers), body)
            self.received.append(request)
        try:
            self._send(handler, self.respond(request))
        except (BrokenPipeError, ConnectionResetError):
            pass  # the client has had enough
        finally:
            with self._lock:
                self._open -= 1

    def _send(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        handler.close_connection = True
        if answer.manner == "hang up":
            return
        if answer.manner == "hang":
            self._closing.wait()
            return
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(answer.body)
        while answer.manner in ("drip", "endless") and not self._closing.is_set():
            handler.wfile.write(b" " if answer.manner == "drip" else b" " * 65_536)
            self._closing.wait(0.02 if answer.manner == "drip" else 0.0)


@contextmanager
def serving(respond: Respond) -> Iterator[ChatServer]:
    server = ChatServer(respond)
    try:
        yield server
    finally:
        server.close()
