"""Reading the environment: what the settings take from outside, and what they refuse."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from elmweb.launch import broker as embedded_broker

ROOT = Path(__file__).resolve().parent.parent


class Misconfigured(SystemExit):
    """The settings cannot be used. The message is one sentence that says what to do."""


def refuse(sentence: str) -> Misconfigured:
    print(f"elmweb: {sentence}", file=sys.stderr)
    return Misconfigured(2)


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def flag(name: str, default: bool) -> bool:
    """A yes or no from the environment."""
    value = text(name).lower()
    if not value:
        return default
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    raise refuse(f"{name} is {value!r}; write 1 or 0.")


def number(name: str, default: float) -> float:
    """A positive number from the environment."""
    value = text(name)
    try:
        result = float(value) if value else default
    except ValueError:
        raise refuse(f"{name} is {value!r}; write a number.") from None
    if not 0 <= result < float("inf"):
        raise refuse(f"{name} is {value!r}; write a number that is not negative.")
    return result


def words(name: str) -> list[str]:
    """Comma-separated words from the environment."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def required(name: str, what: str) -> str:
    """A value without which production refuses to start."""
    value = text(name)
    if not value:
        raise refuse(f"in production {name} must be set to {what}.")
    return value


def data_directory() -> Path:
    """Where the embedded installation keeps its database, key and broker."""
    path = Path(text("ELMWEB_DATA_DIR") or ROOT / "data").expanduser().resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


def models_directory(directory: Path) -> Path:
    """Where models made here are kept; the library asks the environment for it."""
    path = Path(text("ELM_MODELS") or directory / "models").expanduser().resolve()
    os.environ["ELM_MODELS"] = str(path)
    return path


def instruct_endpoint() -> tuple[str, str]:
    """Address and model of the chat endpoint that runs may use; empty where there is none."""
    address, model = text("ELMWEB_INSTRUCT_ENDPOINT"), text("ELMWEB_INSTRUCT_MODEL")
    if bool(address) != bool(model):
        raise refuse("ELMWEB_INSTRUCT_ENDPOINT and ELMWEB_INSTRUCT_MODEL belong together.")
    parts = urlsplit(address)
    if address and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise refuse(
            f"ELMWEB_INSTRUCT_ENDPOINT is {address!r}; write an address such as "
            "http://localhost:8080/v1."
        )
    if parts.username or parts.password:
        raise refuse("ELMWEB_INSTRUCT_ENDPOINT holds a password; give it as ELM_INSTRUCT_API_KEY.")
    return address, model


def embedded_secret_key(directory: Path) -> str:
    """The secret key of an embedded installation: made once, readable by its owner only."""
    path = directory / "secret_key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = path.read_text().strip()
        if len(key) >= 50:
            return key
        # Another process of the same start is just writing it, or a disk was full then.
        raise refuse(f"{path} is incomplete; delete it and start again.") from None
    with os.fdopen(descriptor, "w") as file:
        key = secrets.token_urlsafe(64)
        file.write(key)
    return key


def database(url: str, directory: Path) -> dict[str, Any]:
    """Django's database settings from a URL; SQLite in the data directory without one."""
    if not url:
        return sqlite(directory / "elmweb.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(Path("/" + unquote(parts.path).lstrip("/")))
    if parts.scheme not in ("postgres", "postgresql"):
        raise refuse(
            f"ELMWEB_DATABASE_URL begins with {parts.scheme!r}; "
            "write postgresql://user:password@host:5432/name or sqlite:///path."
        )
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        # A socket directory is written as ?host=/run/postgresql
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or options.pop("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # The default, DEFERRED, fails at once when two transactions want to become writers.
            "transaction_mode": "IMMEDIATE",
            "timeout": number("ELMWEB_SQLITE_TIMEOUT", 20),  # seconds
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;"
            ),
        },
        "TEST": {"NAME": path.with_name("test.sqlite3")},
    }


def broker(url: str, directory: Path) -> str:
    """The broker's address; the embedded one listens on a Unix socket."""
    return url or embedded_broker.url(directory)


def celery_broker(url: str) -> str:
    """The same address as Celery writes it."""
    return url.replace("unix://", "redis+socket://", 1) if url.startswith("unix://") else url
