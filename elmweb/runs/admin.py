"""Runs in the admin: to look at, and to cancel; the pipeline alone writes them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from elmweb.runs import services
from elmweb.runs.models import Batch, Event, Run


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows can be looked at and deleted, not typed over."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    list_display = ("name", "public_id", "status", "applied_batches", "event_number", "created_at")
    list_filter = ("status",)
    search_fields = ("name", "public_id")
    actions = ("cancel_runs",)

    @admin.action(description="Cancel the selected runs")
    def cancel_runs(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        for run in queryset:
            try:
                services.cancel(run, "Cancelled by the administrator.")
            except services.RunRefused as error:
                self.message_user(request, f"{run}: {error}", messages.WARNING)


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    list_display = ("run", "number", "state", "size", "attempts", "lease_until", "applied_at")
    list_filter = ("state",)
    list_select_related = ("run",)
    exclude = ("thresholds", "children", "results")


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("run", "number", "kind", "created_at")
    list_filter = ("kind",)
    list_select_related = ("run",)
