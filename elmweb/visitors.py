"""Who a visitor is, without accounts: a random key in the signed session."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from elmweb.runs.models import Run

_SESSION_NAME = "visitor"


def visitor_key(request: HttpRequest, *, create: bool = False) -> str:
    """The visitor's key; empty for somebody who never started anything, unless ``create``."""
    key = request.session.get(_SESSION_NAME, "")
    if not key and create:
        key = request.session[_SESSION_NAME] = secrets.token_urlsafe(24)
    return str(key)


def may_control(request: HttpRequest, run: Run) -> bool:
    """Whether this visitor may pause, resume and cancel the run."""
    return may_change(request, run.owner_key)


def may_change(request: HttpRequest, owner_key: str) -> bool:
    """Whether this visitor may change what somebody with that key started."""
    if settings.OPEN_CONTROL or getattr(request.user, "is_staff", False):
        return True
    key = visitor_key(request)
    return bool(key) and secrets.compare_digest(key, owner_key)


def client_address(request: HttpRequest) -> str:
    """The visitor's address, as our own proxy gives it where there is one."""
    if settings.TRUST_PROXY:
        forwarded = str(request.headers.get("X-Forwarded-For", "")).split(",")[-1].strip()
        if forwarded:
            return forwarded
    return str(request.META.get("REMOTE_ADDR") or "unknown")


def is_too_fast(request: HttpRequest) -> bool:
    """Count one submission; true when this address made too many within a minute."""
    limit = settings.SUBMISSIONS_A_MINUTE
    if not limit:
        return False
    name = f"submissions:{client_address(request)}"
    cache.add(name, 0, timeout=60)
    try:
        return bool(cache.incr(name) > limit)
    except ValueError:  # expired between the two calls
        return False
