"""The Celery application. Workers: see `elmweb.launch`; tasks: `runs.tasks`, `walkers.tasks`."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "elmweb.settings")

app = Celery("elmweb")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
