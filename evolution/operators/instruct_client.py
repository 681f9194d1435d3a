"""A chat-completions endpoint, asked with patience, a budget and named failures.

httpx and not the openai package: what is needed is one POST. The package would bring
nine more dependencies, retries that no budget sees, and models of the answer that local
servers do not quite keep to. llama.cpp, vLLM, Ollama and paid services all speak this
protocol; where one refuses an optional field (a JSON schema, a seed), the client does
without it from then on.

Safety: only http and https addresses; redirects are not followed, so neither prompt nor
key goes where nobody meant them to; answers are read up to a size and within a time.
An endpoint may well be on this machine or network (that is what local models are), so
addresses are not filtered: whoever runs the library or the server chooses the endpoint.
A web page must take it from the server's settings and never from a visitor, or visitors
could make the server send requests into its own network.

The key comes from the environment at each request and is kept nowhere:
``ELM_INSTRUCT_API_KEY``, or for addresses of openai.com ``OPENAI_API_KEY``, which is
not sent elsewhere, as it lies in many environments for other purposes.
"""

from __future__ import annotations

import json
import os
import threading
import time
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import urlsplit

import httpx
import numpy as np
from pydantic import Field

from evolution.config import Frozen, InstructConfig
from evolution.operators.instruct_replies import (
    KEY_REFUSED,
    Reply,
    Trouble,
    says,
    trouble_of_status,
    trouble_of_transport,
)
from evolution.types import Failure, Stage

KEY_VARIABLE = "ELM_INSTRUCT_API_KEY"
OPENAI_KEY_VARIABLE = "OPENAI_API_KEY"
_PATH = "/chat/completions"
MAX_ANSWER_BYTES = 1_000_000
_CONNECT_SECONDS = 10.0
_CHARACTERS_A_TOKEN = 4  # roughly, for endpoints that do not count tokens
# Fields that an endpoint may refuse and do without, and words that betray which it means.
_OPTIONAL = {
    "response_format": ("response_format", "json_schema", "schema", "guided", "grammar"),
    "seed": ("seed",),
    "temperature": ("temperature",),
}


class Patience(Frozen):
    """How hard an endpoint is tried.

    Attributes:
        parallel: requests at the same time.
        tries: of one request, where trying again can help.
        backoff_s: seconds before the second try; doubled each time, up to
            ``longest_wait_s``, and shortened at random by up to a half.
        max_total_tokens: prompt and answer tokens of all requests; then the budget is
            spent. Requests that are out at that moment still count.
    """

    parallel: Annotated[int, Field(ge=1, le=256)] = 4
    tries: Annotated[int, Field(ge=1, le=10)] = 3
    backoff_s: Annotated[float, Field(ge=0)] = 0.5
    longest_wait_s: Annotated[float, Field(ge=0, le=600)] = 30.0
    max_total_tokens: Annotated[int, Field(ge=1)] | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What was asked of an endpoint so far.

    Attributes:
        requests: sent, second tries included.
        retries: of these, second and further tries.
        answers: that came and could be read.
        prompt_tokens, completion_tokens: as the endpoint counted them.
        estimated: answers whose tokens were estimated, as the endpoint does not count.
    """

    requests: int = 0
    retries: int = 0
    answers: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    estimated: int = 0

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


class Meter:
    """Counts requests and tokens against their budgets; threads share one."""

    def __init__(self, max_requests: int, max_tokens: int | None) -> None:
        self._max_requests, self._max_tokens = max_requests, max_tokens
        self._usage = Usage()
        self._lock = threading.Lock()

    @property
    def usage(self) -> Usage:
        return self._usage

    def book_request(self, *, again: bool) -> Failure | None:
        """Count one more request, or say that the budget does not allow it."""
        with self._lock:
            usage = self._usage
            if usage.requests >= self._max_requests:
                return _spent(f"{self._max_requests:,} requests")
            if self._max_tokens is not None and usage.tokens >= self._max_tokens:
                return _spent(f"{self._max_tokens:,} tokens")
            self._usage = replace(usage, requests=usage.requests + 1, retries=usage.retries + again)
        return None

    def book_answer(self, reply: Reply, prompt_characters: int) -> None:
        estimated = reply.prompt_tokens is None or reply.completion_tokens is None
        if estimated:
            prompt = -(-prompt_characters // _CHARACTERS_A_TOKEN)
            completion = -(-len(reply.content) // _CHARACTERS_A_TOKEN)
        else:
            prompt, completion = reply.prompt_tokens or 0, reply.completion_tokens or 0
        with self._lock:
            usage = self._usage
            self._usage = replace(
                usage,
                answers=usage.answers + 1,
                prompt_tokens=usage.prompt_tokens + prompt,
                completion_tokens=usage.completion_tokens + completion,
                estimated=usage.estimated + estimated,
            )


class ChatClient:
    """Asks one endpoint; `ask` may be called from several threads.

    Raises:
        ValueError: if the endpoint's address is none.
    """

    def __init__(self, config: InstructConfig, patience: Patience) -> None:
        self._config, self._patience = config, patience
        self._url = _completions_url(config.endpoint)
        self.where = f"{self._url.scheme}://{self._url.netloc.decode()}{self._url.path}"
        self._meter = Meter(config.max_requests, patience.max_total_tokens)
        self._without: set[str] = set()  # optional fields that the endpoint refused
        self._http: httpx.Client | None = None  # opened in the process that asks
        self._opening = threading.Lock()

    @property
    def usage(self) -> Usage:
        return self._meter.usage

    def close(self) -> None:
        if self._http is not None:
            self._http.close()

    def ask(
        self, messages: list[dict[str, str]], seed: int, stop: threading.Event, **fields: Any
    ) -> str | Failure:
        """The text of one answer, or why there is none.

        Args:
            messages: the conversation.
            seed: for the endpoint's sampling, and for the jitter of waits.
            stop: ends waits; a request that is out still ends by itself.
            fields: optional fields of the request, e.g. ``temperature``.
        """
        jitter = np.random.default_rng(seed)
        fields = {"seed": seed, **fields}
        tries = sent = 0
        while True:
            refusal = self._meter.book_request(again=sent > 0)
            if refusal is not None:
                return refusal
            sent += 1
            body = self._body(messages, fields)
            reply = self._post(body)
            if isinstance(reply, Reply):
                characters = sum(len(message["content"]) for message in messages)
                self._meter.book_answer(reply, characters)
                return reply.failure or reply.content
            if reply.status in (400, 422) and self._can_do_without(body, reply.says):
                continue
            tries += 1
            if not reply.again or tries >= self._patience.tries or stop.is_set():
                return reply.failure
            wait = self._wait(tries, reply, jitter)
            if wait is None:
                return reply.failure
            stop.wait(wait)

    def _wait(self, tries: int, trouble: Trouble, jitter: np.random.Generator) -> float | None:
        """Seconds until the next try; None if the endpoint asks for too many."""
        patience = self._patience
        asked = trouble.retry_after_s
        if asked is not None and asked > patience.longest_wait_s:
            return None
        backoff = min(patience.backoff_s * 2.0 ** (tries - 1), patience.longest_wait_s)
        # Whatever the jitter: not before the endpoint said, and not all at the same moment.
        return float((asked or 0.0) + backoff * jitter.uniform(0.5, 1.0))

    def _body(self, messages: list[dict[str, str]], fields: dict[str, Any]) -> dict[str, Any]:
        limit = "max_completion_tokens" if "max_tokens" in self._without else "max_tokens"
        body = {"model": self._config.model, "messages": messages, limit: self._config.max_tokens}
        return body | {name: fields[name] for name in fields if name not in self._without}

    def _can_do_without(self, body: dict[str, Any], words: str) -> bool:
        """Whether the endpoint refused an optional field; it is left out from now on."""
        words = words.lower()
        if "max_tokens" in body and "max_completion_tokens" in words:
            self._without.add("max_tokens")
            return True
        for name, signs in _OPTIONAL.items():
            if name in body and any(sign in words for sign in signs):
                self._without.add(name)
                return True
        return False

    def _post(self, body: dict[str, Any]) -> Reply | Trouble:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        key = api_key(self.where)
        if key is not None:
            if not (key.isascii() and key.isprintable()):
                reason = "The endpoint's key in the environment holds unprintable characters."
                return Trouble(Failure(Stage.OPERATOR, KEY_REFUSED, reason))
            headers["Authorization"] = f"Bearer {key}"
        deadline = time.monotonic() + self._config.timeout_s
        try:
            with self._client().stream("POST", self._url, json=body, headers=headers) as response:
                received = bytearray()
                for chunk in response.iter_raw():
                    received += chunk
                    if len(received) > MAX_ANSWER_BYTES:
                        return self._trouble("answer-too-long", "sent an endless answer")
                    if time.monotonic() > deadline:
                        raise httpx.ReadTimeout("it answers too slowly")
        except httpx.TransportError as error:
            return trouble_of_transport(error, self.where, self._config.timeout_s)
        if response.status_code != 200:
            model = self._config.model
            return trouble_of_status(response, bytes(received), self.where, model, key)
        return self._reply(bytes(received), key)

    def _reply(self, received: bytes, key: str | None) -> Reply | Trouble:
        try:
            record = json.loads(received)
        except (ValueError, RecursionError):
            return self._trouble("endpoint-garbage", "answered with something that is not JSON")
        reply = Reply.read(record)
        if reply is None:
            said = says(received, key)
            return self._trouble("endpoint-garbage", f"answered without a choice{said}")
        return reply

    def _trouble(self, code: str, what: str) -> Trouble:
        reason = f"The endpoint {self.where} {what}; check that it speaks chat completions."
        return Trouble(Failure(Stage.OPERATOR, code, reason))

    def _client(self) -> httpx.Client:
        with self._opening:
            if self._http is None:
                timeout = self._config.timeout_s
                self._http = httpx.Client(
                    timeout=httpx.Timeout(timeout, connect=min(timeout, _CONNECT_SECONDS)),
                    limits=httpx.Limits(max_connections=self._patience.parallel),
                    follow_redirects=False,
                    # A proxy from the environment cannot reach this machine's own servers.
                    trust_env=self._url.host not in ("localhost", "127.0.0.1", "::1"),
                )
            return self._http


def api_key(where: str) -> str | None:
    """The key for this address, from the environment; None if there is none for it."""
    key = os.environ.get(KEY_VARIABLE, "").strip()
    host = urlsplit(where).hostname or ""
    if not key and (host == "openai.com" or host.endswith(".openai.com")):
        key = os.environ.get(OPENAI_KEY_VARIABLE, "").strip()
    return key or None


def _completions_url(endpoint: str) -> httpx.URL:
    try:
        url = httpx.URL(endpoint)
    except httpx.InvalidURL as error:
        raise ValueError(f"The endpoint's address is none: {error}.") from error
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        raise ValueError("An endpoint is an http or https address without user and password.")
    path = url.path.rstrip("/").removesuffix(_PATH) + _PATH
    return url.copy_with(path=path, fragment=None)


def _spent(what: str) -> Failure:
    reason = f"The endpoint's budget of {what} is spent; raise it to go on."
    return Failure(Stage.OPERATOR, "budget-spent", reason)
