"""The embedded broker: real, private, and what was stored survives a crash."""

from __future__ import annotations

from pathlib import Path

import redis

from elmweb.launch import broker
from elmweb.launch.broker import LONGEST_SOCKET_PATH, EmbeddedBroker


def test_what_was_stored_survives_a_restart(tmp_path: Path) -> None:
    with EmbeddedBroker(tmp_path) as running, redis.from_url(running.url) as client:
        client.rpush("queue", "task")
    with EmbeddedBroker(tmp_path) as running, redis.from_url(running.url) as client:
        assert client.lrange("queue", 0, -1) == [b"task"]


def test_what_was_stored_survives_a_kill(tmp_path: Path) -> None:
    running = EmbeddedBroker(tmp_path)
    running.start()
    with redis.from_url(running.url) as client:
        client.rpush("queue", "task")
        client.execute_command("WAITAOF", 1, 0, 5000)  # the file has it
    running.kill()
    with EmbeddedBroker(tmp_path) as again, redis.from_url(again.url) as client:
        assert client.lrange("queue", 0, -1) == [b"task"]


def test_a_long_directory_gets_a_short_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120)
    assert len(str(broker.socket_path(deep))) <= LONGEST_SOCKET_PATH
    assert broker.socket_path(deep) == broker.socket_path(deep)
    assert broker.socket_path(deep) != broker.socket_path(tmp_path / ("e" * 120))
    with EmbeddedBroker(deep) as running:
        assert broker.answers(running.socket)


def test_nobody_else_may_use_the_socket(tmp_path: Path) -> None:
    with EmbeddedBroker(tmp_path) as running:
        assert running.socket.stat().st_mode & 0o077 == 0


def test_it_does_not_answer_when_it_is_gone(tmp_path: Path) -> None:
    with EmbeddedBroker(tmp_path) as running:
        assert broker.answers(running.socket)
    assert not broker.answers(running.socket)
