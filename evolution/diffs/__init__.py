"""Edits between two programs: unified diffs for people and storage, lines for pages."""

from evolution.diffs.lines import DiffLine, diff_lines
from evolution.diffs.unified import apply_unified, unified_diff

__all__ = ["DiffLine", "apply_unified", "diff_lines", "unified_diff"]
