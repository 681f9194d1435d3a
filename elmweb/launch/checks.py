"""Is there what `up` needs? Each answer is one sentence. Standard library only."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

from elmweb.launch.console import Trouble


def check_port(host: str, port: int) -> None:
    """The port is free, and we may listen on it."""
    try:
        address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        raise Trouble(f"{host} is not an address of this machine: try --host 127.0.0.1.") from None
    with socket.socket(address[0], socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address[4])
        except OSError as error:
            raise Trouble(explain_bind(error, host, port)) from None


def explain_bind(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is in use: stop what listens there, or choose another port "
            f"with --port {port + 1 if port < 65535 else 8000}."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs administrator's rights: choose one above 1023, as --port 8000."
    return f"{host} is not an address of this machine: try --host 127.0.0.1."


def check_data_dir(directory: Path) -> None:
    """The data directory exists and can be written to."""
    probe = directory / ".writable"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Trouble(
            f"The data directory {directory} cannot be written to ({error.strerror}): "
            "choose another with --data-dir."
        ) from None
