"""The Celery application. Workers: see `elmweb.launch`; tasks: `runs.tasks`, `walkers.tasks`."""

from __future__ import annotations

import os

from celery import Celery
from kombu.transport import redis, virtual

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "elmweb.settings")

app = Celery("elmweb")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class ForgivingQoS(redis.QoS):
    """A message whose acknowledgement the broker does not hear is done with here all the same.

    Else it keeps the worker's only place (prefetch 1): the worker takes no other message, and
    so never reads that its connection is gone. The broker hands the message out once more
    after the visibility timeout; tasks may come twice.
    """

    def ack(self, delivery_tag: str) -> None:
        try:
            super().ack(delivery_tag)
        except Exception:
            virtual.QoS.ack(self, delivery_tag)
            raise


redis.Channel.QoS = ForgivingQoS
