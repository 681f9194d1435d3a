"""`manage.py generate_protocol`: write the front-end's types."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from elmweb.runs import typescript


class Command(BaseCommand):
    help = "Write frontend/src/protocol.ts from elmweb/runs/protocol.py."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say whether it is current")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        text = typescript.source()
        if check:
            if not typescript.PATH.exists() or typescript.PATH.read_text() != text:
                raise CommandError("protocol.ts is stale: run `manage.py generate_protocol`.")
            return
        typescript.PATH.parent.mkdir(parents=True, exist_ok=True)
        typescript.PATH.write_text(text)
        self.stdout.write(f"Wrote {typescript.PATH}")
