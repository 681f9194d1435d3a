"""The content security policy: scripts only from ourselves, never inline."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",  # the editor and the charts set styles from scripts
    "img-src": "'self' data: blob:",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}


class ContentSecurityPolicyMiddleware:
    """Sets the policy on every page; a view marked `xframe_options_exempt` may be embedded."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        ancestors = "*" if getattr(response, "xframe_options_exempt", False) else "'none'"
        policy = {**POLICY, "frame-ancestors": ancestors}
        value = "; ".join(f"{name} {sources}" for name, sources in policy.items())
        response.headers.setdefault("Content-Security-Policy", value)
        return response
