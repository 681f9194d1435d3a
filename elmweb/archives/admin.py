"""Archives in the admin, to look at."""

from __future__ import annotations

from django.contrib import admin

from elmweb.archives.models import Archive, Cell
from elmweb.runs.admin import ReadOnlyAdmin


@admin.register(Archive)
class ArchiveAdmin(ReadOnlyAdmin):
    list_display = ("run",)
    list_select_related = ("run",)


@admin.register(Cell)
class CellAdmin(ReadOnlyAdmin):
    list_display = ("archive", "niche", "walker", "robust", "program_length")
    list_select_related = ("archive__run", "walker")
