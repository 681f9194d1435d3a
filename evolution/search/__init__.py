"""Stage 1, the search: choose parents, make children, evaluate, apply, in numbered batches.

The steps are functions of plain values, so a loop in one process, worker processes
and a task queue all run the same search:

    choose_parents -> BatchRequest -> mutate -> evaluate -> BatchResult -> Search.tell

Batch 0 is the seed program. For k >= 1, the request of batch k is made at the moment
when batch ``k - batches_in_flight`` has been applied, and batches are applied in their
order; therefore a run's outcome depends on its config alone, not on timing or on the
number of workers.

`batches`: what a worker does; `choices`: what is decided before; `loop`: what is applied.
"""

from evolution.search.batches import (
    SEED_BATCH,
    SEED_OPERATOR,
    BatchRequest,
    BatchResult,
    Operators,
    evaluate,
    mutate,
    run_batch,
    seed_request,
    unmade,
)
from evolution.search.choices import (
    batch_count,
    choose_messages,
    choose_operators,
    choose_parents,
    mix_of,
    size_of_batch,
    tally,
)
from evolution.search.loop import Search, SeedFailed
from evolution.search.records import Admitted, BatchReport, OperatorShare, Statistics, shares_of

__all__ = [
    "SEED_BATCH",
    "SEED_OPERATOR",
    "Admitted",
    "BatchReport",
    "BatchRequest",
    "BatchResult",
    "OperatorShare",
    "Operators",
    "Search",
    "SeedFailed",
    "Statistics",
    "batch_count",
    "choose_messages",
    "choose_operators",
    "choose_parents",
    "evaluate",
    "mix_of",
    "mutate",
    "run_batch",
    "seed_request",
    "shares_of",
    "size_of_batch",
    "tally",
    "unmade",
]
