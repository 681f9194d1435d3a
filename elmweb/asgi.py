"""ASGI entrance: pages over HTTP, live events over the socket."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "elmweb.settings")

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.urls import path

http = get_asgi_application()  # loads the apps, which the consumer's imports need

from elmweb.runs.consumer import RunConsumer  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": AllowedHostsOriginValidator(
            URLRouter([path("ws/r/<str:run>/", RunConsumer.as_asgi())])
        ),
    }
)
