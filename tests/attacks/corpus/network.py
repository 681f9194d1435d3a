"""Talking to anyone outside."""

from tests.attacks.corpus.attack import Attack

_BODIES: dict[str, str] = {
    "a TCP connection": """
        socket = __import__("socket")
        socket.create_connection(("127.0.0.1", PORT)).sendall(b"x")
    """,
    "a TCP connection through the C library": """
        number = libc.socket(2, 1, 0)
        address = b"\\x02\\x00" + PORT.to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
        return libc.connect(number, address, 16) == 0
    """,
    "a datagram": """
        number = libc.socket(2, 2, 0)
        address = b"\\x02\\x00" + UDP_PORT.to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
        return libc.sendto(number, b"leak", 4, 0, address, 16) == 4
    """,
    "a Unix socket": """
        number = libc.socket(1, 1, 0)
        address = b"\\x01\\x00" + SOCKET.encode() + b"\\0"
        return libc.connect(number, address, len(address)) == 0
    """,
    "an abstract Unix socket": """
        number = libc.socket(1, 1, 0)
        address = b"\\x01\\x00\\0" + ABSTRACT.encode()
        return libc.connect(number, address, len(address)) == 0
    """,
    "listening": """
        number = libc.socket(2, 1, 0)
        address = b"\\x02\\x00" + bytes(2) + bytes([127, 0, 0, 1]) + bytes(8)
        return libc.bind(number, address, 16) == 0 and libc.listen(number, 1) == 0
    """,
    "asking the kernel over netlink": """
        return libc.socket(16, 3, 0) >= 0
    """,
    "a pair of sockets": """
        return libc.socketpair(1, 1, 0, (ctypes.c_int * 2)()) == 0
    """,
    "the kernel's cryptography socket": """
        return libc.socket(38, 5, 0) >= 0
    """,
    "every family of sockets": """
        return any(libc.socket(family, kind, 0) >= 0 for family in range(46) for kind in (1, 2, 3))
    """,
}
_NEEDS_KERNEL_SUPPORT = {"the kernel's cryptography socket"}

ATTACKS = tuple(
    Attack(f"network: {name}", body, bites=name not in _NEEDS_KERNEL_SUPPORT)
    for name, body in _BODIES.items()
)
