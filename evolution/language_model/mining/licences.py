"""Which licence a repository has, read from the texts of its licence files.

Only permissive licences are accepted, and only when the text says so: MIT (also in its
CMU form), BSD, Apache-2.0, ISC, PSF, Zlib, the Unlicense and CC0. A copyleft licence
anywhere in a licence file, an unknown text or no file at all leave the repository out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_FILE = re.compile(
    r"(?:(?:un)?licen[cs]e|copying)"
    r"(?:[-_. ](?:txt|md|rst|mit|bsd|apache|apache-?2|apache-?2\.0|isc|psf|zlib|unlicense|cc0"
    r"|a?l?gpl\w*|lesser|mpl\w*)){0,2}",
    re.IGNORECASE,
)

# Phrases of the texts, in lower case, with everything but letters and digits as one space.
_PERMISSIVE = {
    "MIT": r"permission is hereby granted free of charge to any person obtaining a copy",
    "BSD": r"redistribution and use in source and binary forms",
    "Apache-2.0": r"apache license version 2 0",
    "ISC": r"permission to use copy modify and or distribute this software for any purpose with "
    r"or without fee is hereby granted",
    "MIT-CMU": r"permission to use copy modify and distribute this software.{0,80} without fee is "
    r"hereby granted",
    "PSF-2.0": r"python software foundation license version 2",
    "Zlib": r"this software is provided as is without any express or implied warranty in no "
    r"event will the authors be held liable",
    "Unlicense": r"this is free and unencumbered software released into the public domain",
    "CC0-1.0": r"cc0 1 0 universal",
}
_COPYLEFT = {
    "AGPL": r"gnu affero general public",
    "LGPL": r"gnu (?:lesser|library) general public",
    "GPL": r"gnu general public",
    "MPL": r"mozilla public license",
    "EPL": r"eclipse public license",
    "CDDL": r"common development and distribution license",
    "EUPL": r"european union public licen[cs]e",
    "CC-BY-SA": r"attribution share ?alike",
}
# The licence of CPython tells its own history; this grants nothing.
_HISTORY = "previously distributed under the gnu general public license gpl"
_POINTER_CHARACTERS = 1_500  # "Choose one of LICENSE.MIT and LICENSE.APACHE2."


@dataclass(frozen=True, slots=True)
class Licence:
    """What the licence files say.

    Attributes:
        name: SPDX-like names joined by AND; the copyleft name; ``unclear`` for an
            unknown text, ``none`` without a licence file.
        permissive: whether everything is clearly permissive.
    """

    name: str
    permissive: bool


UNCLEAR = Licence("unclear", False)
NO_FILE = Licence("none", False)


def is_licence_file(name: str) -> bool:
    """Whether a file at the root of a repository states its licence.

    Notices of bundled parts (``LICENSES_bundled.txt``, ``LICENSE-docs``) do not count.
    """
    return _FILE.fullmatch(name) is not None


def licence_of(texts: Iterable[str]) -> Licence:
    """The licence of a repository whose licence files have these texts."""
    plain = [
        " ".join(re.findall(r"[a-z0-9]+", text.lower())).replace(_HISTORY, "") for text in texts
    ]
    for name, phrase in _COPYLEFT.items():
        if any(re.search(phrase, text) for text in plain):
            return Licence(name, False)
    names: set[str] = set()
    for text in plain:
        found = {name for name, phrase in _PERMISSIVE.items() if re.search(phrase, text)}
        if not found and len(text) > _POINTER_CHARACTERS:
            return UNCLEAR
        names |= found
    if not plain:
        return NO_FILE
    return Licence(" AND ".join(sorted(names)), True) if names else UNCLEAR
