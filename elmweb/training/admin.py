"""Trainings in the admin: to look at, and to cancel."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from elmweb.runs.admin import ReadOnlyAdmin
from elmweb.training import services
from elmweb.training.models import Training


@admin.register(Training)
class TrainingAdmin(ReadOnlyAdmin):
    list_display = ("name", "public_id", "state", "step", "parent", "attempts", "created_at")
    list_filter = ("state",)
    search_fields = ("name", "public_id", "parent")
    actions = ("cancel_trainings",)

    @admin.action(description="Cancel the selected trainings")
    def cancel_trainings(self, request: HttpRequest, queryset: QuerySet[Training]) -> None:
        for training in queryset:
            try:
                services.cancel(training, "Cancelled by the administrator.")
            except services.TrainingRefused as error:
                self.message_user(request, f"{training}: {error}", messages.WARNING)
