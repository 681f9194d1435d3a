"""Reading what programs must not know, and carrying it out in their result."""

from tests.attacks.corpus.attack import Attack

_BODIES: dict[str, str] = {
    "a file through os.open": """
        raise ValueError(os.read(os.open(SECRET, os.O_RDONLY), 99))
    """,
    "a file through the real open": """
        raise ValueError(open(SECRET).read())
    """,
    "a file through io.open_code": """
        raise ValueError(sys.modules["io"].open_code(SECRET).read())
    """,
    "a file through numpy": """
        raise ValueError(bytes(np.fromfile(SECRET, dtype="u1")).decode())
    """,
    "a file through a source loader": """
        loader = type(sys.modules["dataclasses"].__loader__)
        raise ValueError(loader("x", SECRET).get_data(SECRET))
    """,
    "a file through linecache": """
        raise ValueError(sys.modules["linecache"].getlines(SECRET)[0])
    """,
    "a file through the C library": """
        file, text = libc.open(SECRET.encode(), 0), ctypes.create_string_buffer(99)
        libc.read(file, text, 98)
        raise ValueError(text.value)
    """,
    "a mapped file": """
        file = libc.open(SECRET.encode(), 0)
        libc.mmap.restype = ctypes.c_void_p
        place = libc.mmap(None, 4096, 1, 2, file, 0)
        if place != ctypes.c_void_p(-1).value:
            raise ValueError(ctypes.string_at(place, 40))
    """,
    "a file as coordinates": """
        text = os.read(os.open(SECRET, os.O_RDONLY), 99)
        return text.startswith(b"leak")
    """,
    "the names in a directory": """
        return "keep.txt" in os.listdir(MARKS)
    """,
    "the names in a directory, one by one": """
        return any(entry.name == "keep.txt" for entry in os.scandir(MARKS))
    """,
    "whether a file exists": """
        return os.path.exists(SECRET)
    """,
    "a file's size": """
        return os.stat(SECRET).st_size > 0
    """,
    "whether a file may be read": """
        return os.access(SECRET, os.R_OK)
    """,
    "the environment": """
        raise ValueError(os.environ["LEAK_TOKEN"])
    """,
    "the environment, from the process's own memory": """
        libc.getenv.restype = ctypes.c_char_p
        raise ValueError(libc.getenv(b"LEAK_TOKEN").decode())
    """,
    "the host's environment": """
        file = os.open(f"/proc/{os.getppid()}/environ", os.O_RDONLY)
        text = os.read(file, 1 << 16).decode()
        raise ValueError(text[text.index("leak-"):][:40])
    """,
    "the list of users": """
        return b"root" in os.read(os.open("/etc/passwd", os.O_RDONLY), 999)
    """,
    "the list of processes": """
        return "1" in os.listdir("/proc")
    """,
    "the machine's name": """
        return len(os.uname().nodename) > 0
    """,
    "the user's id": """
        return os.getuid() >= 0
    """,
    "the parent's process id": """
        return os.getppid() > 0
    """,
    "the current directory": """
        return bool(os.getcwd())
    """,
    "real randomness": """
        return os.urandom(8) != os.urandom(8)
    """,
}

ATTACKS = tuple(Attack(f"leaks: {name}", body) for name, body in _BODIES.items())
