"""The words and signs of Python's lines, for `line_syntax`."""

from __future__ import annotations

import keyword
import re

# Longest first, so that a run of signs is cut as Python does it.
SIGNS = re.compile(
    r"\"{3}|'{3}|\*\*=|//=|<<=|>>=|\.\.\.|->|:=|==|!=|<=|>=|\*\*|//|<<|>>|[-+*/%@&|^]=|[-+*/%@&|^~<>=.,:;()\[\]{}'\"#]"
)
NUMBER = re.compile(
    r"0[xob][\da-f]+|(\d[\d_]*\.?\d*|\.\d+)(e[-+]?\d+)?j?", re.IGNORECASE | re.ASCII
)
NUMBER_BEGINS = re.compile(r"(\d[\d_]*\.?\d*|\.\d*)(e[-+]?\d*)?j?|0[xob][\da-f]*", re.IGNORECASE)
WORD = re.compile(r"[^\W\d]\w*")
LEXEMES = re.compile(r" +|\w+|[^\w\s]+|\s")
CLOSES = {")": "(", "]": "[", "}": "{"}
AUGMENTED = {"**=", "//=", "<<=", ">>=", "+=", "-=", "*=", "/=", "%=", "@=", "&=", "|=", "^="}
UNARY = {"+", "-", "~"}
STRING_PREFIXES = {"f", "r", "b", "u", "fr", "rf", "rb", "br"}

VALUES = frozenset({"None", "True", "False"})
BEFORE_OPERANDS = frozenset({"not", "lambda", "await", "yield"})
BETWEEN_OPERANDS = frozenset({"and", "or", "in", "is", "if", "else", "for", "as", "not", "from"})
ALONE = frozenset({"pass", "break", "continue"})
BEFORE_COLON = frozenset({"else", "try", "finally"})
DECLARES = frozenset(
    {"def", "class", "import", "from", "global", "nonlocal", "with", "except", "async", "lambda"}
)
BLOCKS = frozenset({"if", "elif", "while", "for", "with", "def", "class", "except"}) | BEFORE_COLON
STATEMENTS = (
    ALONE | BLOCKS | (DECLARES - {"lambda"}) | {"return", "del", "assert", "raise", "yield"}
)
KEYWORDS = frozenset(keyword.kwlist)
ABOVE = "..."  # the head of a statement that began on a line above
BINDERS = frozenset({"import", "from", "global", "nonlocal"})  # names only
