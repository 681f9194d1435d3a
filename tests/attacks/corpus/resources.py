"""Using up what others need: time, memory, descriptors, the host's patience."""

from tests.attacks.corpus.attack import Attack

_BODIES: dict[str, str] = {
    "a loop": """
        while True:
            pass
    """,
    "a loop that catches everything": """
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass
    """,
    "a loop that has turned the timers off": """
        signal = sys.modules["signal"]
        for timer in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF):
            signal.setitimer(timer, 0)
        while True:
            pass
    """,
    "a loop inside C": """
        10 ** 10 ** 8
    """,
    "a search that never ends": """
        sys.modules["re"].match("(a+)+$", "a" * 60 + "b")
    """,
    "sleeping": """
        sys.modules["time"].sleep(60)
    """,
    "waiting for a lock for ever": """
        lock = sys.modules["_thread"].allocate_lock()
        lock.acquire()
        lock.acquire()
    """,
    "waiting in poll": """
        libc.poll(None, 0, 60000)
    """,
    "stopping itself": """
        os.kill(os.getpid(), 19)
        libc.usleep(1)
    """,
    "half a gigabyte": """
        return len(bytearray(600_000_000)) > 0
    """,
    "half a gigabyte of array": """
        return np.ones(80_000_000).size > 0
    """,
    "half a gigabyte, mapped": """
        libc.mmap.restype = ctypes.c_void_p
        return libc.mmap(None, 600_000_000, 3, 0x22, -1, 0) != ctypes.c_void_p(-1).value
    """,
    "raising its own limits": """
        resource = sys.modules["resource"]
        for limit in (resource.RLIMIT_AS, resource.RLIMIT_NOFILE, resource.RLIMIT_CPU):
            _, most = resource.getrlimit(limit)
            resource.setrlimit(limit, (most, most))
        return len(bytearray(600_000_000)) > 0
    """,
    "many descriptors": """
        return len([os.pipe() for _ in range(100)]) == 100
    """,
    "memory that runs as code": """
        libc.mmap.restype = ctypes.c_void_p
        return libc.mmap(None, 4096, 7, 0x22, -1, 0) != ctypes.c_void_p(-1).value
    """,
    "memory turned into code": """
        libc.mmap.restype = ctypes.c_void_p
        place = libc.mmap(None, 4096, 3, 0x22, -1, 0)
        return libc.mprotect(ctypes.c_void_p(place), 4096, 5) == 0
    """,
    "recursion without a bound": """
        sys.setrecursionlimit(10**9)
        def deeper():
            return deeper() + 1
        deeper()
    """,
    "an endless answer": """
        while True:
            libc.write(3, bytes(4096), 4096)
    """,
    "an answer that claims to be huge": """
        libc.write(3, b"\\xff\\xff\\xff\\xff" + bytes(64), 68)
        while True:
            pass
    """,
    "an answer, and then silence": """
        text = b'{"joints": [[0, 0], [1, 0]], "muscles": [[0, 1, {"type": "distance"}]]}'
        for _ in range(3):
            libc.write(3, len(text).to_bytes(4, "big") + text, len(text) + 4)
        sys.modules["signal"].setitimer(sys.modules["signal"].ITIMER_PROF, 0)
        while True:
            pass
    """,
    "an empty answer": """
        libc.write(3, bytes(4), 4)
        os._exit(0)
    """,
    "leaving without an answer": """
        os._exit(0)
    """,
    "leaving with an error": """
        os._exit(7)
    """,
    "reading address nought": """
        ctypes.string_at(0)
    """,
    "aborting": """
        os.abort()
    """,
    "bytecode that Python does not check": """
        def victim():
            pass
        broken = victim.__code__.replace(co_code=bytes([100, 255] * 40), co_stacksize=0)
        victim.__code__ = broken
        victim()
    """,
    "garbage that never goes": """
        class Phoenix:
            def __del__(self):
                Phoenix()
        Phoenix()
    """,
}
# Without a lock these end or spoil the process that tries them, which harms only itself there.
_HARMS_ONLY_ITSELF = {
    "stopping itself",
    "recursion without a bound",
    "an endless answer",
    "an answer that claims to be huge",
    "an answer, and then silence",
    "an empty answer",
    "leaving without an answer",
    "leaving with an error",
    "reading address nought",
    "aborting",
    "bytecode that Python does not check",
    "garbage that never goes",
    "raising its own limits",
}

ATTACKS = tuple(
    Attack(f"resources: {name}", body, bites=name not in _HARMS_ONLY_ITSELF)
    for name, body in _BODIES.items()
)
