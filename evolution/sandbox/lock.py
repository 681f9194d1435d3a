"""Takes away from this process, for good, everything that calculating does not need.

The layers stand one behind the other. Only the system-call filter (`seccomp`)
is mandatory; the others are taken wherever this user and kernel allow them.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import struct

from evolution.sandbox import seccomp
from evolution.sandbox.options import LockOptions

NOBODY = 65534
MEMORY_LIMIT = 384 * 1024 * 1024
"""Address space of a program's process, bytes, interpreter and numpy included."""

MAX_FILES = 16
"""File descriptors of the zygote, at most."""

_NEW_NAMESPACES = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x40000000
_NEW_USER_NAMESPACE = 0x10000000
_PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 4, 24, 38
_CAPABILITY_VERSION = 0x20080522
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446  # the same on every architecture
# Kinds of file access that each version of Landlock added, as bit counts.
_LANDLOCK_FILE_BITS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}

_libc = ctypes.CDLL(None, use_errno=True)


class LockError(RuntimeError):
    """The process could not be locked, so nothing may run in it."""


def lock(options: LockOptions) -> list[str]:
    """Lock this process and return the names of the layers that it got.

    Raises:
        LockError: if the system-call filter, the mandatory layer, does not hold.
    """
    if options.become_user is not None and os.geteuid() == 0:
        _become(options.become_user)
    layers = []
    if options.namespaces and _leave_namespaces():
        layers.append("namespaces")
    if _enter_empty_root():
        layers.append("empty-root")
    if _drop_bounding_capabilities():
        layers.append("no-capabilities-to-gain")
    if os.geteuid() == 0 and _become(NOBODY):
        layers.append("nobody")
    if _clear_capabilities():
        layers.append("no-capabilities")
    _limit_resources()
    _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise LockError("The kernel does not offer no_new_privs, which the sandbox needs.")
    if _landlock():
        layers.append("landlock")
    try:
        seccomp.zygote_filter().install()
    except seccomp.SeccompError as error:
        raise LockError(str(error)) from None
    _check_that_it_holds()
    layers.append("seccomp")
    return layers


def _become(user: int) -> bool:
    try:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    except OSError:  # a container may map one user only
        return False
    return True


def _leave_namespaces() -> bool:
    if _libc.unshare(_NEW_NAMESPACES) == 0:
        return True
    return bool(_libc.unshare(_NEW_USER_NAMESPACE | _NEW_NAMESPACES) == 0)


def _enter_empty_root() -> bool:
    """Make a removed directory the root: nothing is in it and nothing can be made in it."""
    place = f"/tmp/sandbox-{os.urandom(8).hex()}"
    try:
        os.mkdir(place, 0o700)
    except OSError:  # a read-only machine
        return False
    try:
        os.chdir(place)
    finally:
        os.rmdir(place)
    try:
        os.chroot(".")
    except OSError:  # an ordinary user without a namespace
        return False
    return True


def _drop_bounding_capabilities() -> bool:
    """True if every capability that the kernel knows could be dropped."""
    for capability in range(64):
        if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            return capability > 0 and ctypes.get_errno() == errno.EINVAL
    return True


def _clear_capabilities() -> bool:
    header = struct.pack("=Ii", _CAPABILITY_VERSION, 0)
    return bool(_libc.capset(header, bytes(24)) == 0)


def _limit_resources() -> None:
    """Limits that the zygote can live with and its children inherit."""
    for limit, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, MAX_FILES),
        (resource.RLIMIT_AS, MEMORY_LIMIT),
    ):
        resource.setrlimit(limit, (value, value))


def _landlock() -> bool:
    """Deny every file, TCP port and outside signal, where the kernel has Landlock."""
    version = _libc.syscall(_LANDLOCK_CREATE, None, 0, 1)
    if version < 1:
        return False
    files = (1 << _LANDLOCK_FILE_BITS.get(version, 16)) - 1
    network = 0b11 if version >= 4 else 0
    scopes = 0b11 if version >= 6 else 0
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = _libc.syscall(
        _LANDLOCK_CREATE, struct.pack("=QQQ", files, network, scopes), ctypes.c_size_t(size), 0
    )
    if rules < 0:
        return False
    try:
        return bool(_libc.syscall(_LANDLOCK_RESTRICT, rules, 0) == 0)
    finally:
        os.close(rules)


def _check_that_it_holds() -> None:
    """Ask for forbidden things: fail closed if the filter does not refuse one."""
    try:
        os.close(os.open(".", os.O_RDONLY))
    except OSError as error:
        refused_file = error.errno == errno.EPERM
    else:
        refused_file = False
    refused_socket = _libc.socket(1, 1, 0) < 0 and ctypes.get_errno() == errno.EPERM
    if not (refused_file and refused_socket):
        raise LockError("The system-call filter was installed but does not refuse; not starting.")
