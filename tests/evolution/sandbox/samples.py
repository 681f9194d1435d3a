"""Programs and helpers for the sandbox's tests."""

from __future__ import annotations

import textwrap

from evolution.sandbox import Built
from evolution.types import Failure


def making(body: str, head: str = "") -> str:
    """A program whose make_walker has a creator ``wc`` with two joints, then ``body``.

    ``body`` may call ``place(x, y)``: add a joint and tie it to the first.
    """
    lines = textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
    return (
        f"{textwrap.dedent(head)}\n"
        "def make_walker():\n"
        "    wc = walker_creator()\n"
        "    wc.add_muscle(wc.add_joint(0, 0), wc.add_joint(1, 0))\n"
        "    def place(x, y):\n"
        "        wc.add_muscle(0, wc.add_joint(x, y))\n"
        f"{lines}\n"
    )


TWO_JOINTS = making("return wc.get_walker()")


def built(result: Built | Failure) -> Built:
    assert isinstance(result, Built), result
    return result


def failed(result: Built | Failure) -> Failure:
    assert isinstance(result, Failure), result
    assert result.reason
    return result
