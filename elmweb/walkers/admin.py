"""Walkers and submissions in the admin, to look at and to delete."""

from __future__ import annotations

from django.contrib import admin

from elmweb.runs.admin import ReadOnlyAdmin
from elmweb.walkers.models import Lineage, SeedSubmission, Walker


@admin.register(Walker)
class WalkerAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "run", "depth", "robust", "objective", "joints", "muscles")
    search_fields = ("public_id", "digest")
    list_select_related = ("run",)


@admin.register(Lineage)
class LineageAdmin(ReadOnlyAdmin):
    list_display = ("child", "parent", "operator", "message")
    list_filter = ("operator",)
    list_select_related = ("child", "parent")


@admin.register(SeedSubmission)
class SeedSubmissionAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "state", "walker", "attempts", "created_at")
    list_filter = ("state",)
    list_select_related = ("walker",)
