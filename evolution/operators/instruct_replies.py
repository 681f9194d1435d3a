"""What a chat-completions endpoint replied: an answer, or a trouble with a name."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from evolution.types import Failure, Stage

KEY_REFUSED = "access-denied"
# Troubles after which asking again for another child is of no use.
HOPELESS = frozenset(
    {KEY_REFUSED, "model-not-found", "endpoint-not-found", "endpoint-redirect", "quota-spent"}
    | {"budget-spent"}
)
# Troubles of the endpoint, as opposed to answers that are of no use.
ENDPOINT = HOPELESS | {
    "endpoint-unreachable",
    "connection-lost",
    "endpoint-timeout",
    "endpoint-garbage",
    "endpoint-error",
    "rate-limited",
    "request-refused",
    "answer-too-long",
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a request got no answer.

    Attributes:
        again: whether trying again soon can help.
        retry_after_s: seconds that the endpoint asks to wait, if it does.
        status: of HTTP, 0 if none came.
        says: the endpoint's own words.
    """

    failure: Failure
    again: bool = False
    retry_after_s: float | None = None
    status: int = 0
    says: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, with its tokens where the endpoint counts them.

    Attributes:
        failure: why the answer cannot be used, if it cannot.
    """

    content: str
    prompt_tokens: int | None
    completion_tokens: int | None
    failure: Failure | None = None

    @classmethod
    def read(cls, record: Any) -> Reply | None:
        """The first choice of a chat completion; None if the record is none."""
        choice = _first(record.get("choices")) if isinstance(record, dict) else None
        message = choice.get("message") if isinstance(choice, dict) else None
        if not isinstance(choice, dict) or not isinstance(message, dict):
            return None
        content = _text(message.get("content"))
        usage = record.get("usage")
        usage = usage if isinstance(usage, dict) else {}
        return cls(
            content,
            _count(usage.get("prompt_tokens")),
            _count(usage.get("completion_tokens")),
            _failure_of(choice.get("finish_reason"), message.get("refusal"), content),
        )


def trouble_of_transport(error: httpx.TransportError, where: str, timeout_s: float) -> Trouble:
    """No HTTP answer came. A timeout is not tried again: the endpoint may still be at it."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.UnsupportedProtocol):
        reason = f"The endpoint {where} cannot be reached; start it or correct its address."
        return Trouble(Failure(Stage.OPERATOR, "endpoint-unreachable", reason), again=True)
    if isinstance(error, httpx.TimeoutException):
        reason = f"The endpoint {where} gave no answer in {timeout_s:g} s; allow it more time."
        return Trouble(Failure(Stage.OPERATOR, "endpoint-timeout", reason))
    reason = f"The endpoint {where} broke the connection off ({type(error).__name__})."
    return Trouble(Failure(Stage.OPERATOR, "connection-lost", reason), again=True)


def trouble_of_status(
    response: httpx.Response, body: bytes, where: str, model: str, key: str | None
) -> Trouble:
    """The endpoint answered with another status than 200."""
    status, said = response.status_code, says(body, key)
    code, what, again = _named(status, said, model)
    retry_after = _seconds(response.headers.get("Retry-After", ""))
    if again and retry_after is not None:
        what += f" (it asks to wait {retry_after:.0f} s)"
    failure = Failure(Stage.OPERATOR, code, f"The endpoint {where} {what}{said}.")
    return Trouble(failure, again, retry_after, status, said)


def says(body: bytes, key: str | None) -> str:
    """An endpoint's own words about an error, short, in brackets, never with the key."""
    try:
        record = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    error = record.get("error", record) if isinstance(record, dict) else record
    if isinstance(error, dict):
        parts = [error.get(name) for name in ("message", "detail", "code", "param")]
        error = ", ".join(part for part in parts if isinstance(part, str))
    if not isinstance(error, str) or not error.strip():
        return ""
    if key:
        error = error.replace(key, "***")
    text = "".join(char for char in " ".join(error.split()) if char.isprintable())
    return f" ({text[:300]})"


def _named(status: int, said: str, model: str) -> tuple[str, str, bool]:
    """Code, what the endpoint did, and whether trying again can help."""
    words = said.lower()
    if status in (401, 403):
        return KEY_REFUSED, "refuses the key or asks for one; set ELM_INSTRUCT_API_KEY", False
    if status == 402 or "insufficient_quota" in words:
        return "quota-spent", "says that the account's quota is spent", False
    if status == 404 and "model" in words:
        return "model-not-found", f"knows no model {model!r}; correct its name", False
    if status in (404, 405):
        return "endpoint-not-found", "has no chat completions there; correct its address", False
    if status == 429:
        return "rate-limited", "limits how often it may be asked; lower the parallel requests", True
    if status in (408, 409, 425) or status >= 500:
        return "endpoint-error", f"failed with status {status}", True
    if 300 <= status < 400:
        return "endpoint-redirect", "sends requests elsewhere; give its final address", False
    if status == 413 or "context" in words:
        return "prompt-too-long", "finds the prompt too long for its model", False
    return "request-refused", f"refused the request with status {status}", False


def _seconds(retry_after: str) -> float | None:
    """``Retry-After`` in seconds from now: a number, or a date."""
    try:
        return max(float(retry_after), 0.0) if float(retry_after) < 1e9 else None
    except ValueError:
        pass
    try:
        date = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    zoned = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max((zoned - datetime.now(UTC)).total_seconds(), 0.0)


def _failure_of(finish_reason: Any, refusal: Any, content: str) -> Failure | None:
    if isinstance(refusal, str) and refusal and not content:
        reason = "The model refused to make this change; say it in other words."
        return Failure(Stage.OPERATOR, "answer-refused", reason)
    if finish_reason == "length":
        reason = "The model's answer was cut at its token limit; allow more tokens."
        return Failure(Stage.OPERATOR, "answer-cut", reason)
    return None


def _text(content: Any) -> str:
    """Content is a text, or a list of parts of which some are texts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = [part.get("text") for part in parts if isinstance(part, dict)]
    return "".join(text for text in texts if isinstance(text, str))


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else None


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
