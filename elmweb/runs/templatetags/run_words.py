"""Numbers as `frontend/src/lib/format.ts` writes them, for the first, server-made state."""

from __future__ import annotations

from django import template

from elmweb.runs import operators
from elmweb.runs.protocol import Elite
from elmweb.walkers.models import Walker

register = template.Library()


@register.filter
def grouped(value: int) -> str:
    """12345 -> "12,345"."""
    return f"{value:,}"


@register.filter
def metres(value: float) -> str:
    """12.345 -> "12.3 m"; from 100 m on without a fraction."""
    text = f"{value:.1f}" if abs(value) < 99.95 else f"{value:,.0f}"
    if text.strip("-0.") == "":
        text = text.lstrip("-")
    return f"{text.replace('-', '−')} m"


@register.filter
def percent(share: float) -> str:
    """0.1234 -> "12.3%"."""
    return f"{share * 100:.1f}%"


@register.filter
def duration(seconds: float) -> str:
    """3725 -> "1 h 2 min"; 42 -> "42 s". Never more exact than it is."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"


@register.filter
def made_by(walker: Elite | Walker) -> str:
    """ "Language model: Added a leg." """
    return operators.made_by(walker.operator, walker.message)
