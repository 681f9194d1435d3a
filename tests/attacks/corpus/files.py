"""Writing to the machine: files made, changed, renamed, removed."""

from tests.attacks.corpus.attack import Attack

_BODIES: dict[str, str] = {
    "writing with os.open": """
        os.write(os.open(MARKS + "/made", os.O_CREAT | os.O_WRONLY), b"x")
    """,
    "writing with the real open": """
        open(MARKS + "/made", "w").write("x")
    """,
    "writing with io.FileIO": """
        sys.modules["io"].FileIO(MARKS + "/made", "w").write(b"x")
    """,
    "writing with the C library's fopen": """
        libc.fopen.restype = ctypes.c_void_p
        return bool(libc.fopen((MARKS + "/made").encode(), b"w"))
    """,
    "writing with the C library's creat": """
        return libc.creat((MARKS + "/made").encode(), 0o600) >= 0
    """,
    "saving an array": """
        np.save(MARKS + "/made.npy", np.ones(3))
    """,
    "an array's tofile": """
        np.ones(3).tofile(MARKS + "/made")
    """,
    "a memory-mapped array": """
        np.memmap(MARKS + "/made", dtype="u1", mode="w+", shape=(8,))[:] = 7
    """,
    "truncating": """
        os.truncate(MARKS + "/keep.txt", 0)
    """,
    "removing": """
        os.unlink(MARKS + "/keep.txt")
    """,
    "renaming": """
        os.rename(MARKS + "/keep.txt", MARKS + "/gone.txt")
    """,
    "changing permissions": """
        os.chmod(MARKS + "/keep.txt", 0o400)
    """,
    "changing times": """
        os.utime(MARKS + "/keep.txt", (1, 1))
    """,
    "a symbolic link": """
        os.symlink("/etc", MARKS + "/made")
    """,
    "a hard link": """
        os.link(MARKS + "/keep.txt", MARKS + "/made")
    """,
    "a named pipe": """
        os.mkfifo(MARKS + "/made")
    """,
    "a directory, relative to another": """
        os.chdir(MARKS)
        os.mkdir("made")
    """,
    "removing a directory": """
        os.rmdir(MARKS + "/empty")
    """,
    "a file in the current directory of nowhere": """
        for place in (".", "/", "/tmp", "/dev/shm", "/var/tmp"):
            try:
                file = os.open(place, os.O_TMPFILE | os.O_RDWR)
            except OSError:
                continue
            return os.write(file, b"x") == 1
    """,
    "the classic way out of a chroot": """
        try:
            os.mkdir("jail")
        except OSError:
            pass
        libc.chroot(b"jail")
        for _ in range(40):
            libc.chdir(b"..")
        libc.chroot(b".")
        return libc.mkdir((MARKS + "/made").encode(), 0o700) == 0
    """,
    "writing to every open file descriptor but the result's": """
        return any(libc.write(number, b"x", 1) == 1 for number in range(64) if number != 3)
    """,
    "taking over a file descriptor": """
        return libc.dup2(3, 9) == 9 or libc.dup(0) >= 0 or libc.fcntl(3, 1030, 20) >= 0
    """,
    "a file in memory": """
        return libc.memfd_create(b"made", 0) >= 0
    """,
    "its own memory as a file": """
        return os.open("/proc/self/mem", os.O_RDWR) >= 0
    """,
    "a log file": """
        handler = __import__("logging").FileHandler(MARKS + "/made")
        handler.emit(None)
    """,
    "a path object": """
        __import__("pathlib").Path(MARKS, "made").touch()
    """,
    "changing the file mode mask": """
        return libc.umask(0) >= 0
    """,
}

ATTACKS = tuple(Attack(f"files: {name}", body) for name, body in _BODIES.items())
