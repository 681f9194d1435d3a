"""How strictly to lock; known to the host and to the zygote."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LockOptions:
    """The parts of the lock that may be left out; the system-call filter never is.

    Attributes:
        namespaces: try to leave the network, mounts and users of the machine.
        become_user: started as root, drop to this user id before locking, and so
            lock as an ordinary user would.
    """

    namespaces: bool = True
    become_user: int | None = None
