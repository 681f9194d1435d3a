"""The front-end's types are generated, and current."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from elmweb.runs import typescript


def test_types_of_the_front_end_are_current() -> None:
    call_command("generate_protocol", check=True)


def test_stale_types_are_noticed(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    stale = tmp_path / "protocol.ts"
    stale.write_text("// older")
    monkeypatch.setattr(typescript, "PATH", stale)
    with pytest.raises(CommandError, match="stale"):
        call_command("generate_protocol", check=True)
    call_command("generate_protocol")
    call_command("generate_protocol", check=True)


def test_annotation_without_a_translation_is_refused() -> None:
    with pytest.raises(TypeError, match="bytes"):
        typescript._type(bytes)
