"""One attack. Its body is the inside of ``def attack():`` in a whole program.

A body that returns True boasts: it has seen its own success, and the program
then returns a walker with the joint `BOAST`. Everything else is observed from
outside. Bodies find the modules os, sys, ctypes and libc at hand, taken past
the import list, and the places of the scene: MARKS (a directory), SECRET (a
file), PORT, UDP_PORT, SOCKET (a path), ABSTRACT (a name), VICTIM (a process id)
and MACHINE (the processor's name).
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

BOAST = (77.25, 13.5)

_PRELUDE = """
import dataclasses
sys = dataclasses.sys
__builtins__.update(vars(sys.modules["builtins"]))
os, ctypes = sys.modules["os"], sys.modules["ctypes"]
libc = ctypes.CDLL(None, use_errno=True)
def refused():
    return ctypes.get_errno() in (1, 38)  # EPERM, ENOSYS
"""

_POSTLUDE = """
def make_walker():
    creator = walker_creator()
    creator.add_muscle(creator.add_joint(0, 0), creator.add_joint(1, 0))
    try:
        won = attack()
    except Exception as error:
        if "leak" in str(error):
            raise
        won = False
    walker = creator.get_walker()
    if won is True:
        walker.joints.append((77.25, 13.5))
    return walker
"""


@dataclass(frozen=True)
class Attack:
    """A hostile program.

    Attributes:
        name: unique, in words.
        body: Python, see the module.
        prelude: whether it needs the modules at hand.
        bites: whether it has an effect where there is no lock, on any Linux machine.
    """

    name: str
    body: str
    prelude: bool = True
    bites: bool = True

    def program(self, scene: dict[str, object]) -> str:
        """The whole text, for one scene."""
        places = "".join(f"{name} = {value!r}\n" for name, value in scene.items())
        prelude = _PRELUDE if self.prelude else ""
        body = textwrap.indent(textwrap.dedent(self.body).strip("\n"), "    ")
        return f"{places}{prelude}def attack():\n{body}\n{_POSTLUDE}"
