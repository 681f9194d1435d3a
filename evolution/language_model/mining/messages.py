"""Commit messages: the one clear sentence, without the marks of a tracker."""

from __future__ import annotations

import re

from evolution.language_model.mining.filters import Filter, Limits

_TAGS = (
    "API BENCH BLD BUG BUGFIX CI CLN CLEANUP DEP DEV DOC DOCS ENH FEAT FEATURE FIX GEN MAINT MNT "
    "PERF REF REFACTOR REL REV STY TST TEST TESTS TYP TYPING WIP MRG MISC"
).replace(" ", "|")
_ISSUE = r"(?:bpo|gh|issue|ticket|bug|pr|pull request|lp|jira|story|t)?[-:# ]*#?\d+"
# At the start: [3.7], (#12), bpo-12:, Fixed #12 --, Refs #12:, PROJ-12:, BUG:, feat(core):
_PREFIXES = re.compile(
    r"(?:"
    r"\[[^\]]{1,40}\]|\(#?\d+\)"
    rf"|(?:fix(?:e[sd])?|close[sd]?|ref(?:s|erence)?s?|resolve[sd]?|re|see)\W+(?:{_ISSUE}[, and]*)+"
    r"(?:\s*--?|\s*[:.,]|$)"
    rf"|{_ISSUE}\s*(?:--?|[:.,])"
    r"|[A-Z][A-Z0-9]+-\d+\b"
    rf"|(?-i:{_TAGS})\b\s*[:,/|-]"
    r"|(?:feat|docs?|style|refactor|perf|tests?|chore|build|ci|cleanup)(?:\([^)]{1,40}\))?!?:"
    r"|[*+-](?=\s)"
    r")[\s:]*",
    re.IGNORECASE,
)
# At the end: (#12), (closes #12), fixes #12, [ci skip], (backport)
_SUFFIXES = re.compile(
    r"[\s,;.:(\[-]*(?:"
    r"\[(?:ci skip|skip ci|skip \w+)\]"
    r"|(?:(?:fix(?:e[sd])?|close[sd]?|refs?|resolve[sd]?|re|see|for|from|in|issue)\W+)?"
    r"(?:(?:bpo-|gh[-#]?|issue[- ]#?|pr[- ]#?|bug[- ]#?|ticket[- ]#?|lp:? ?#?|#)\d+[, and]*)+"
    r"|r=[\w,]+"
    r")[)\].]*$",
    re.IGNORECASE,
)
_SCOPE = re.compile(r"(fix)\([^)]{1,40}\)!?:", re.IGNORECASE)

_REVERT = re.compile(
    r"revert|merg(?:e[ds]?|ing)\b|back(?:ed|ing)? ?out\b|roll(?:ed)? ?back\b|undo\b"
    r"|(?:fixup|squash|amend)!",
    re.IGNORECASE,
)
_VERSION = re.compile(
    r"bump|(?:post-?)?releas(?:e[ds]?|ing)\b|prepar\w+ (?:for )?(?:the )?(?:next )?(?:release|v?\d)"
    r"|(?:update|set|increment|change|increase|up)\w* (?:the )?(?:\w+ )?version\b"
    r"|v?\d+(?:\.\d+)+\w*$|version \d|tag\w* \d|(?:start|begin|open)\w* \S* ?(?:development|dev)\b"
    r"|back to dev|.*\b(?:version|release)(?: to| number)? v?\d+\.\d",
    re.IGNORECASE,
)
_UNCLEAR = re.compile(
    r"https?:|www\.|\S@\S|@\w|\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,40}\b|#\d|(?:\.\.\.|…)$|[^ -~]"
    r"|\bgit-svn|\bcherry.pick|signed-off|\bsvn\b|\bpull request\b|\bbackport"
    r"|\bfrom code review\b|\b[Tt]rac\b",
)
_SENTENCES = re.compile(r"[.!?;]\s+[A-Z]")
_WORD = re.compile(r"[A-Za-z][\w.'/-]*")

# Words that do not say what was changed; "fix bug" does: it says that something is repaired.
_VAGUE = """
    a add added adding address addressed adjust adjusted adjustment adjustments again all and
    another apply attempt auto autopep8 better bit black change changed changelog changes
    changing clean cleaned cleaning cleans cleanup cleanups code comment comments commit commits
    cosmetic cosmetics cosmit couple debug debugging dependencies dependency do doc docs
    docstring docstrings documentation done edit edited editing edits enhancement enhancements
    existing feedback few file files final finally first fix fixed fixes fixing fixup flake
    flake8 follow for forgot format formatting from further general handle hopefully i import
    imports improve improved improvement improvements in initial is isort issue issues it last
    lint linting lints little make merge minor misc miscellaneous missing module more nit
    nitpick nitpicks nits now of ok on oops other pep pep257 pep8 please polish progress py
    pycodestyle pyflakes pylint python readme ready refactor refactored refactoring reformat
    remove removed removing rename renamed reorganize requirements review reviewer rewrite s
    save script simplified simplify small some space squash still stuff style stylistic
    suggestion suggestions temp temporary test tested testing tests the thing things this tidy
    tidying tiny tmp to todo try trying tweak tweaked tweaks unit up update updated updates
    updating use various version white whitespace wip with work working works yet
"""
_VAGUE_WORDS = frozenset(_VAGUE.split())


def clear_message(raw: str, limits: Limits) -> str | Filter:
    """The first line as one sentence, or the filter that leaves it out.

    Issue numbers, tags like ``[3.7] bpo-123:`` or ``BUG:`` and marks at the end are
    dropped. A first line that runs on in the second one is not a sentence.
    """
    lines = raw.strip().split("\n")
    first = " ".join(lines[0].split())
    if _runs_on(first, lines):
        return Filter.LONG_MESSAGE
    sentence = _without_marks(first)
    if _REVERT.match(sentence):
        return Filter.REVERT
    if _VERSION.match(sentence):
        return Filter.VERSION_BUMP
    words = _WORD.findall(sentence)
    if len(words) < 2 or all(_says_nothing(word) for word in words):
        return Filter.VAGUE_MESSAGE
    if len(sentence) > limits.message_characters or len(words) > limits.message_words:
        return Filter.LONG_MESSAGE
    if _SENTENCES.search(sentence):
        return Filter.LONG_MESSAGE
    return Filter.UNCLEAR_MESSAGE if _UNCLEAR.search(sentence) else sentence


def _runs_on(first: str, lines: list[str]) -> bool:
    if len(lines) < 2 or first.endswith((".", "!")):
        return False
    return lines[1][:1].islower()


def _without_marks(sentence: str) -> str:
    while (match := _PREFIXES.match(sentence)) and match.end():
        sentence = sentence[match.end() :]
    while match := _SUFFIXES.search(sentence):
        sentence = sentence[: match.start()]
    sentence = _SCOPE.sub(r"\1:", sentence)
    return sentence.strip(" -:,;")


def _says_nothing(word: str) -> bool:
    word = word.lower().strip(".'")
    return word in _VAGUE_WORDS or word.endswith(".py") or len(word) == 1
