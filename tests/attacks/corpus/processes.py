"""Starting, ending and meddling with processes."""

from tests.attacks.corpus.attack import Attack

_BODIES: dict[str, str] = {
    "a fork that lives on": """
        if os.fork() == 0:
            sys.modules["time"].sleep(30)
            os._exit(0)
    """,
    "a fork that leaves its session": """
        if libc.fork() == 0:
            libc.setsid()
            libc.mkdir((MARKS + "/made").encode(), 0o700)
            os._exit(0)
        libc.usleep(50000)
    """,
    "a fork that looks like a thread's": """
        return libc.vfork() >= 0
    """,
    "a shell": """
        os.system("mkdir " + MARKS + "/made")
    """,
    "becoming another program": """
        os.execv("/bin/mkdir", ["mkdir", MARKS + "/made"])
    """,
    "spawning": """
        os.waitpid(os.posix_spawn("/bin/mkdir", ["mkdir", MARKS + "/made"], {}), 0)
    """,
    "subprocess": """
        __import__("subprocess").run(["mkdir", MARKS + "/made"])
    """,
    "a thread": """
        done = []
        sys.modules["_thread"].start_new_thread(done.append, (1,))
        for _ in range(10**6):
            if done:
                return True
    """,
    "the C library's system": """
        return libc.system(("mkdir " + MARKS + "/made").encode()) == 0
    """,
    "a pipe to a shell": """
        os.popen("mkdir " + MARKS + "/made").read()
    """,
    "a bomb of forks": """
        for _ in range(3):
            os.fork()
        sys.modules["time"].sleep(30)
    """,
    "killing the parent": """
        os.kill(os.getppid(), 9)
        libc.usleep(50000)
    """,
    "stopping the parent": """
        return libc.kill(os.getppid(), 19) == 0
    """,
    "killing another process": """
        os.kill(VICTIM, 9)
    """,
    "killing through a process descriptor": """
        sys.modules["signal"].pidfd_send_signal(os.pidfd_open(VICTIM), 9)
    """,
    "killing the own group": """
        os.killpg(0, 9)
    """,
    "signalling a thread": """
        return libc.syscall({"x86_64": 234, "aarch64": 131}[os.uname().machine],
                            os.getpid(), os.getpid(), 0) == 0
    """,
    "signalling with a value": """
        return libc.sigqueue(VICTIM, 0, None) == 0
    """,
    "changing another's priority": """
        return libc.setpriority(0, VICTIM, 19) == 0
    """,
    "changing another's processors": """
        os.sched_setaffinity(VICTIM, {0})
        return True
    """,
    "changing another's limits": """
        return libc.prlimit(VICTIM, 7, (ctypes.c_ulong * 2)(8, 8), None) == 0
    """,
    "tracing another process": """
        return libc.ptrace(0x4206, VICTIM, 0, 0) == 0
    """,
    "being traced": """
        return libc.ptrace(0, 0, 0, 0) == 0
    """,
    "reading another's memory": """
        text = ctypes.create_string_buffer(8)
        part = (ctypes.c_void_p * 2)(ctypes.addressof(text), 8)
        return libc.process_vm_readv(os.getppid(), part, 1, part, 1, 0) >= 0 or not refused()
    """,
    "a session of its own": """
        if libc.setsid() > 0:
            return True
        return libc.setpgid(0, 0) == 0
    """,
    "leaving a signal handler": """
        sys.modules["signal"].signal(10, lambda *_: None)
        return True
    """,
    "blocking signals": """
        signal = sys.modules["signal"]
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPROF})
        return signal.SIGPROF in signal.pthread_sigmask(signal.SIG_BLOCK, set())
    """,
}
# Kernels and containers differ in what they allow here.
_NEEDS_PERMISSION = {
    "a fork that looks like a thread's",
    "tracing another process",
    "reading another's memory",
}

ATTACKS = tuple(
    Attack(f"processes: {name}", body, bites=name not in _NEEDS_PERMISSION)
    for name, body in _BODIES.items()
)
