"""Messages: what is kept of a first line, and what leaves a commit out."""

from __future__ import annotations

import pytest

from evolution.language_model.mining.filters import Filter, Limits
from evolution.language_model.mining.messages import clear_message


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("Take longer steps", "Take longer steps"),
        ("Take longer steps\n\nBecause short ones are slow.\n", "Take longer steps"),
        ("  Take   longer\tsteps \n", "Take longer steps"),
        ("[3.7] bpo-123: Take longer steps (GH-4567)", "Take longer steps"),
        ("[MRG+1] BUG: Take longer steps (#12)", "Take longer steps"),
        ("Fixed #12345 -- Took longer steps.", "Took longer steps."),
        ("Fixes #12, #13: Take longer steps", "Take longer steps"),
        ("Refs #9 -- Take longer steps", "Take longer steps"),
        ("WALK-12 Take longer steps", "Take longer steps"),
        ("feat(gait)!: take longer steps", "take longer steps"),
        ("fix(gait): wrong length of steps", "fix: wrong length of steps"),
        ("[gait] Take longer steps (closes #12, #13)", "Take longer steps"),
        ("Take longer steps, fixes #12.", "Take longer steps"),
        ("Take longer steps [ci skip]", "Take longer steps"),
        ("- Take longer steps", "Take longer steps"),
        ("Fix bug", "Fix bug"),
        ("Fixed bugs.", "Fixed bugs."),
        ("Speed up walking", "Speed up walking"),
        ("Fix 3 steps at once", "Fix 3 steps at once"),
        ("Take longer steps.\nand be quick\n", "Take longer steps."),
    ],
)
def test_marks_of_trackers_are_dropped(raw: str, sentence: str) -> None:
    assert clear_message(raw, Limits()) == sentence


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("", Filter.VAGUE_MESSAGE),
        ("wip", Filter.VAGUE_MESSAGE),
        ("fix", Filter.VAGUE_MESSAGE),
        ("Some minor cleanups and tweaks.", Filter.VAGUE_MESSAGE),
        ("Update walker.py", Filter.VAGUE_MESSAGE),
        ("Update options-simple.py", Filter.VAGUE_MESSAGE),
        ("Fixes #1234", Filter.VAGUE_MESSAGE),
        ("[tests] Improve (closes #12)", Filter.VAGUE_MESSAGE),
        ("Address review comments", Filter.VAGUE_MESSAGE),
        ('Revert "Take longer steps"', Filter.REVERT),
        ("Merge branch 'main' of elsewhere", Filter.REVERT),
        ("Backed out changeset c698662310e6", Filter.REVERT),
        ("fixup! Take longer steps", Filter.REVERT),
        ("Bump version to 1.2.3", Filter.VERSION_BUMP),
        ("Bump numpy from 1.2 to 1.3", Filter.VERSION_BUMP),
        ("v1.2.3", Filter.VERSION_BUMP),
        ("Release 1.2", Filter.VERSION_BUMP),
        ("Prepare for release", Filter.VERSION_BUMP),
        ("Set the version to 2.0", Filter.VERSION_BUMP),
        ("Take longer steps when walking in\nvery deep snow", Filter.LONG_MESSAGE),
        ("Take longer steps. Also jump higher", Filter.LONG_MESSAGE),
        ("step " * 17, Filter.LONG_MESSAGE),
        ("Take " + "l" * 100 + " steps", Filter.LONG_MESSAGE),
        ("Take longer steps, as the paper of th...", Filter.UNCLEAR_MESSAGE),
        ("Längere Schritte beim Gehen", Filter.UNCLEAR_MESSAGE),
        ("Take longer steps, see https://example.org", Filter.UNCLEAR_MESSAGE),
        ("Take the steps of @walker", Filter.UNCLEAR_MESSAGE),
        ("Fix steps broken by 7c1f419341ac", Filter.UNCLEAR_MESSAGE),
        ("Take what #12 said about longer steps", Filter.UNCLEAR_MESSAGE),
    ],
)
def test_messages_that_leave_a_commit_out(raw: str, why: Filter) -> None:
    assert clear_message(raw, Limits()) is why


def test_plain_words_are_no_hashes() -> None:
    sentence = "Make the facade 1234567 millimetres high"
    assert clear_message(sentence, Limits()) == sentence
