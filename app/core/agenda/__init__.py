"""Everything that happens later: one durable table, written in the transaction of its cause.

`add` puts a row there. `@job` and `effect` say what a kind of row does. `relay` takes due rows fairly, `perform` does
one of them exactly once. Redis and Dramatiq only carry row ids; lose them and nothing is lost.
"""

from app.core.agenda.kinds import Effect, Job, Retry, Unknown, effect, job, known_kinds, recurring
from app.core.agenda.rows import add, cancel, cancel_traced, plan, scheduled, waits
from app.core.agenda.stuck import Stuck, again, code_of, drop, stuck

__all__ = [
    "Effect",
    "Job",
    "Retry",
    "Stuck",
    "Unknown",
    "add",
    "again",
    "cancel",
    "cancel_traced",
    "code_of",
    "drop",
    "effect",
    "job",
    "known_kinds",
    "plan",
    "recurring",
    "scheduled",
    "stuck",
    "waits",
]
