"""System calls with a history of holes: is the kernel's code behind them in reach?

The arguments are harmless. An attack wins when the kernel looks at them at
all, that is, when the answer is anything but "not permitted" or "no such call".
"""

from tests.attacks.corpus.attack import Attack

# Name -> number on (x86-64, aarch64), arguments; whether any process gets an answer,
# also in a container and with an older kernel.
_CALLS: dict[str, tuple[tuple[int, int], str, bool]] = {
    "bpf": ((321, 280), "99, None, 0", False),
    "userfaultfd": ((323, 282), "-1", False),
    "io_uring_setup": ((425, 425), "0, None", False),
    "perf_event_open": ((298, 241), "None, 0, -1, -1, 0", False),
    "keyctl": ((250, 219), "0, -1, 0", False),
    "add_key": ((248, 217), "None, None, None, 0, 0", False),
    "unshare": ((272, 97), "0", False),
    "setns": ((308, 268), "-1, 0", False),
    "clone3": ((435, 435), "None, 0", False),
    "mount": ((165, 40), "None, None, None, 0, None", False),
    "pivot_root": ((155, 41), "None, None", False),
    "open_by_handle_at": ((304, 265), "-1, None, 0", False),
    "name_to_handle_at": ((303, 264), "-1, None, None, None, 0", False),
    "init_module": ((175, 105), "None, 0, None", False),
    "kexec_load": ((246, 104), "0, 0, None, 99", False),
    "reboot": ((169, 142), "0, 0, 0, None", False),
    "personality": ((135, 92), "-1", True),
    "seccomp": ((317, 277), "99, 0, None", True),
    "prctl": ((157, 167), "3, 0, 0, 0, 0", True),
    "memfd_secret": ((447, 447), "-1", False),
    "process_madvise": ((440, 440), "-1, None, 0, 0, 0", False),
    "process_vm_writev": ((311, 271), "0, None, 0, None, 0, 0", False),
    "pidfd_open": ((434, 434), "-1, 0", True),
    "pidfd_getfd": ((438, 438), "-1, 0, 0", False),
    "kcmp": ((312, 272), "-1, -1, 99, 0, 0", False),
    "execveat": ((322, 281), "-1, None, None, None, 0", True),
    "openat2": ((437, 437), "-1, None, None, 0", True),
    "shmget": ((29, 194), "0, 4096, 512", False),
    "msgget": ((68, 186), "0, 512", False),
    "semget": ((64, 190), "0, 1, 512", False),
    "mq_open": ((240, 180), "None, 0, 0, None", False),
    "inotify_init1": ((294, 26), "0", True),
    "eventfd2": ((290, 19), "0, 0", True),
    "timerfd_create": ((283, 85), "1, 0", True),
    "signalfd4": ((289, 74), "-1, None, 8, 0", True),
    "epoll_create1": ((291, 20), "0", True),
    "splice": ((275, 76), "-1, None, -1, None, 1, 0", True),
    "vmsplice": ((278, 75), "-1, None, 0, 0", True),
    "copy_file_range": ((326, 285), "-1, None, -1, None, 1, 0", True),
    "ioctl": ((16, 29), "3, 0x5412, None", True),
    "capset": ((126, 91), "None, None", True),
    "setuid": ((105, 146), "0", False),
    "timer_create": ((222, 107), "1, None, None", True),
    "mlockall": ((151, 230), "99", True),
    "move_pages": ((279, 239), "0, 0, None, None, None, 99", False),
    "sched_setattr": ((314, 274), "0, None, 0", True),
    "landlock_create_ruleset": ((444, 444), "None, 0, 1", False),
}


def _body(numbers: tuple[int, int], arguments: str) -> str:
    x86, arm = numbers
    return (
        f'number = {x86} if MACHINE == "x86_64" else {arm}\n'
        f"return libc.syscall(number, {arguments}) >= 0 or not refused()"
    )


ATTACKS = (
    *(
        Attack(f"kernel: {name}", _body(numbers, arguments), bites=bites)
        for name, (numbers, arguments, bites) in _CALLS.items()
    ),
    Attack(
        "kernel: the 32-bit table of calls",
        "return libc.syscall(0x40000000 + 39) > 0",
        bites=False,
    ),
    Attack(
        "kernel: every other call",
        """
        allowed, deadly = (
            ({9, 10, 11, 12, 15, 24, 25, 28, 38, 39, 60, 96, 202, 219, 228, 231},
             {101, 155, 165, 175, 246, 248, 250, 272, 298, 308, 310, 311, 321, 323, 425})
            if MACHINE == "x86_64" else
            ({93, 94, 98, 103, 113, 124, 128, 139, 169, 172, 214, 215, 216, 222, 226, 233},
             {40, 41, 97, 104, 105, 117, 217, 219, 241, 268, 270, 271, 280, 282, 425})
        )
        # seccomp passes over uretprobe and uprobe, which end any caller but the kernel's own.
        deadly |= {335, 336}
        for number in range(460):
            if number not in allowed and number not in deadly:
                libc.syscall(number, -1, 0, 0, 0, 0, 0)
                if not refused():
                    return True
        """,
        bites=False,
    ),
)
