"""Licences are recognised from their texts; what is unclear is not permissive."""

from __future__ import annotations

import pytest

from evolution.language_model.mining.licences import (
    NO_FILE,
    UNCLEAR,
    Licence,
    is_licence_file,
    licence_of,
)
from tests.evolution.language_model.repositories import GPL, MIT

BSD = "Redistribution and use in source and binary forms, with or without\nmodification, are ..."
APACHE = "                     Apache License\n               Version 2.0, January 2004\n"
PSF = (
    "PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2\n... that was previously distributed under "
    "the GNU General\nPublic License (GPL), the law of ..."
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (MIT, "MIT"),
        (BSD, "BSD"),
        (APACHE, "Apache-2.0"),
        (
            "Permission to use, copy, modify, and/or distribute this software for any\n"
            "purpose with or without fee is hereby granted",
            "ISC",
        ),
        (
            "Permission to use, copy, modify and distribute this software and its\n"
            "documentation for any purpose and without fee is hereby granted",
            "MIT-CMU",
        ),
        (PSF, "PSF-2.0"),
        (
            "This software is provided 'as-is', without any express or implied\nwarranty.  "
            "In no event will the authors be held liable for any damages",
            "Zlib",
        ),
        ("This is free and unencumbered software released into the public domain.", "Unlicense"),
        ("Creative Commons Legal Code\n\nCC0 1.0 Universal", "CC0-1.0"),
        (MIT + BSD, "BSD AND MIT"),
    ],
)
def test_permissive_licences_are_recognised(text: str, name: str) -> None:
    assert licence_of([text]) == Licence(name, True)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (GPL, "GPL"),
        ("GNU LESSER GENERAL PUBLIC LICENSE", "LGPL"),
        ("GNU AFFERO GENERAL PUBLIC LICENSE", "AGPL"),
        ("Mozilla Public License Version 2.0", "MPL"),
        (MIT + "\nThe documentation is under Attribution-ShareAlike 4.0.", "CC-BY-SA"),
        (MIT + "\nParts are under the GNU General Public\nLicense.", "GPL"),
    ],
)
def test_copyleft_anywhere_is_not_permissive(text: str, name: str) -> None:
    assert licence_of([text]) == Licence(name, False)
    assert licence_of([MIT, text]) == Licence(name, False)


def test_no_file_and_unknown_texts_are_not_permissive() -> None:
    assert licence_of([]) == NO_FILE
    assert licence_of(["All rights reserved."]) == UNCLEAR
    assert licence_of([MIT, "You may look at this but " * 100]) == UNCLEAR


def test_a_file_that_points_to_the_others_is_fine() -> None:
    pointer = "Choose one of LICENSE.MIT and LICENSE.APACHE2."
    assert licence_of([pointer, MIT, APACHE]) == Licence("Apache-2.0 AND MIT", True)


def test_which_files_state_the_licence() -> None:
    yes = ["LICENSE", "license.rst", "LICENCE.txt", "COPYING", "COPYING.LESSER", "UNLICENSE"]
    yes += ["LICENSE-MIT", "LICENSE.APACHE2", "LICENSE-APACHE-2.0.txt", "COPYING.LGPLv3"]
    no = ["README", "LICENSES_bundled.txt", "LICENSE-docs", "licensing.py", "LICENSE.third-party"]
    assert [name for name in yes if not is_licence_file(name)] == []
    assert [name for name in no if is_licence_file(name)] == []
