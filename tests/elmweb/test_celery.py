"""What the Celery application adds to its transport, with a real broker."""

from __future__ import annotations

from pathlib import Path

import pytest
from kombu import Connection, Queue

import elmweb.celery  # noqa: F401  (what it adds)
from elmweb import environment
from elmweb.launch.broker import EmbeddedBroker


def test_a_message_that_cannot_be_acknowledged_does_not_keep_its_place(tmp_path: Path) -> None:
    with (
        EmbeddedBroker(tmp_path) as broker,
        Connection(environment.celery_broker(broker.url)) as connection,
    ):
        channel = connection.default_channel
        queue = Queue("work", channel=channel)
        queue.declare()
        connection.Producer().publish({}, routing_key="work")
        channel.basic_qos(0, 1, False)
        message = queue.get()
        assert message is not None
        assert not channel.qos.can_consume()
        broker.kill()
        with pytest.raises(connection.connection_errors):
            message.ack()
        assert channel.qos.can_consume()
