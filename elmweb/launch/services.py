"""Which processes `manage.py up` keeps alive, and with what settings."""

from __future__ import annotations

import os
import socket
import sys

from elmweb.launch import broker
from elmweb.launch.options import ROOT, TRAINING_WANTED, UpOptions, usable_cores
from elmweb.launch.supervisor import Service

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def environment(options: UpOptions) -> dict[str, str]:
    """What every child is told, beyond the environment of the command itself."""
    told = {
        "ELMWEB_DATA_DIR": str(options.data_dir),
        "REDIS_URL": os.environ.get("REDIS_URL") or broker.url(options.data_dir),
        "DJANGO_SETTINGS_MODULE": "elmweb.settings",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
        "PYTHONUNBUFFERED": "1",
        # One simulation a process: numerical libraries must not start threads of their own.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        # Fewer heaps a process: freed memory goes back to the system.
        "MALLOC_ARENA_MAX": "2",
    }
    if options.host not in LOOPBACK and not os.environ.get("ELMWEB_ALLOWED_HOSTS"):
        told["ELMWEB_ALLOWED_HOSTS"] = ",".join(names_of_this_machine(options.host))
    return told | dict(options.settings)


def names_of_this_machine(host: str) -> list[str]:
    """Host names under which a page that listens on `host` may be asked for."""
    names = ["localhost", "127.0.0.1", "[::1]", socket.gethostname()]
    if host not in ("0.0.0.0", "::"):
        return [*names, host]
    return [*names, *outward_address()]


def outward_address() -> list[str]:
    """The address of this machine in its network, if it has one; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return []
        return [str(probe.getsockname()[0])]


def broker_service(options: UpOptions) -> Service | None:
    """The embedded broker, unless REDIS_URL names one that runs elsewhere."""
    if os.environ.get("REDIS_URL"):
        return None
    return Service("broker", broker.command(options.data_dir), outlives_others=True)


def web_service(options: UpOptions) -> Service:
    command = [
        *(sys.executable, "-m", "uvicorn", "elmweb.asgi:application"),
        *("--host", options.host, "--port", str(options.port)),
        *("--log-level", "warning", "--timeout-graceful-shutdown", "2"),
        *("--ws-max-size", "65536"),
    ]
    return Service("web", command, environment(options))


def worker_services(options: UpOptions) -> list[Service]:
    told = environment(options)
    return [
        Service(
            "simulation",
            # A visitor's preview goes before the runs' batches.
            worker("simulation", "interactive,simulation", "prefork", options.workers),
            told,
        ),
        Service("mutation", worker("mutation", "mutation", "solo", 1), told),
        Service("scheduler", scheduler(options), told),
        training_service(options),
    ]


def training_service(options: UpOptions) -> Service:
    """Trains models: only while there is something to train, and after everybody else."""
    threads = str(max(1, usable_cores() // 2))
    return Service(
        "training",
        ["nice", "-n", "5", *worker("training", "training", "solo", 1)],
        environment(options) | {"OMP_NUM_THREADS": threads},
        wanted=options.data_dir / TRAINING_WANTED,
    )


def worker(name: str, queues: str, pool: str, processes: int) -> list[str]:
    return [
        *(sys.executable, "-m", "celery", "--app", "elmweb", "worker"),
        *("--hostname", f"{name}@%h", "--queues", queues),
        *("--pool", pool, "--concurrency", str(processes)),
        *("--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]


def scheduler(options: UpOptions) -> list[str]:
    return [
        *(sys.executable, "-m", "celery", "--app", "elmweb", "beat"),
        *("--schedule", str(options.data_dir / "schedule"), "--pidfile", ""),
        *("--loglevel", "WARNING"),
    ]
