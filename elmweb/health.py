"""/healthz: whether this process can serve a page, for the supervisor and for a proxy."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 if the database answers; the broker may be away for a moment without harm."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return HttpResponse(f"database: {error}\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")
