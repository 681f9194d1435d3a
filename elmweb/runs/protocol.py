"""What the server tells a browser: the one place that defines events and page state.

The TypeScript types in ``frontend/src/protocol.ts`` are generated from here
(``python manage.py generate_protocol``); a test fails when they differ.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RunStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"  # by a person, or by trouble that a person can mend
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Elite(Message):
    """The champion of one niche, as cells, strips and cards need it."""

    niche: int  # flat index, height-major: (height * cells[1] + width) * cells[2] + mass
    walker: str  # public id
    objective: float  # screening distance, metres
    robust: float  # what the archive ranks by, metres
    height: float
    width: float
    mass: float
    operator: str
    message: str
    depth: int  # generations since the seed


class OperatorShare(Message):
    """What one operator of a run does and has earned; a run of one operator has one."""

    name: str
    share: float  # of the children that are prepared now, 0 to 1
    tried: int  # children so far, failures included
    admitted: int  # walkers so far


class Statistics(Message):
    """The archive and the counters after a batch."""

    evaluations: int  # children tried so far, failures included
    failures: dict[str, int]  # failure code -> count so far
    admitted: int  # walkers ever admitted
    filled: int  # occupied niches
    coverage: float  # filled / niches
    qd_score: float  # sum of robust objectives, metres
    best: float  # highest robust objective, metres
    rate: float  # evaluations a second over the last few batches, 0 if unknown
    operators: list[OperatorShare] = []  # in the config's order; none before the seed is applied


class BatchEvent(Message):
    """A batch was applied: what changed, never the whole archive."""

    kind: Literal["batch"] = "batch"
    number: int
    batch: int
    statistics: Statistics
    elites: list[Elite]  # all that were admitted, in order; a later one of a niche wins


class StatusEvent(Message):
    kind: Literal["status"] = "status"
    number: int
    status: RunStatus
    reason: str  # for people; empty when there is nothing to say


Event = Annotated[BatchEvent | StatusEvent, Field(discriminator="kind")]


class HistoryPoint(Message):
    """One point of the charts."""

    evaluations: int
    coverage: float
    qd_score: float
    best: float


class RunState(Message):
    """All a run page shows, as of event ``number``."""

    id: str
    name: str
    status: RunStatus
    reason: str
    number: int  # of the last event that is in this state
    budget: int  # evaluations planned
    cells: tuple[int, int, int]
    ranges: list[tuple[float, float]]  # of height, width, mass
    terrain: str
    operator: str
    may_control: bool
    statistics: Statistics
    elites: list[Elite]  # one an occupied cell, by niche
    newest: list[str]  # public ids of the walkers admitted last, newest first
    history: list[HistoryPoint]


class EventsMessage(Message):
    """Server to client: at most ten a second; numbers rise by one without gaps."""

    kind: Literal["events"] = "events"
    events: list[Event]


class RefusedMessage(Message):
    """Server to client, before it closes the socket."""

    kind: Literal["refused"] = "refused"
    reason: str


ServerMessage = Annotated[EventsMessage | RefusedMessage, Field(discriminator="kind")]


class ResumeMessage(Message):
    """Client to server, first and only: send what came after event ``after``."""

    kind: Literal["resume"] = "resume"
    after: Annotated[int, Field(ge=0, lt=2**53)]


SERVER_MESSAGE: TypeAdapter[EventsMessage | RefusedMessage] = TypeAdapter(ServerMessage)
CLIENT_MESSAGE: TypeAdapter[ResumeMessage] = TypeAdapter(ResumeMessage)


class LineageNode(Message):
    """One walker of a run's lineage."""

    id: str
    parent: str | None
    depth: int
    batch: int
    robust: float
    niche: int
    message: str  # what its operator was asked for; empty for a seed
    is_elite: bool  # still holds its cell


class LineagePage(Message):
    """Walkers in order of admission; ask again with ``after=cursor`` until null."""

    nodes: list[LineageNode]
    cursor: int | None
    total: int


class Problem(Message):
    """A repair or a failure, as the seed form shows it."""

    code: str
    reason: str
    line: int | None


class PreviewResult(Message):
    """What became of a program that a person submitted."""

    state: Literal["waiting", "accepted", "refused"]
    problems: list[Problem]  # why refused
    repairs: dict[str, int]  # what was tolerated
    walker: str | None  # public id, once accepted
    distance: float | None  # metres
    height: float | None
    width: float | None
    mass: float | None
