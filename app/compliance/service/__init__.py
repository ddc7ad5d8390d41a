"""The gate, the lists, the rules: what may be done to reach somebody, and keeping the record of it."""

from app.compliance.service.configure import configure_compliance
from app.compliance.service.facts import (
    Standing,
    declare_standing,
    gather,
    level_of,
    scrubbed_at,
    standing_of,
)
from app.compliance.service.gate import (
    Contacting,
    Gated,
    gate,
    hold,
    last_attempts,
    note_attempt,
    recheck,
    verdict,
    verdicts,
    void,
)
from app.compliance.service.lists import (
    is_listed,
    opt_in,
    opt_out,
    put_on_list,
    replace_list,
    take_off_list,
)
from app.compliance.service.own_lists import add_many
from app.compliance.service.rules import as_row, book, correct, restore_rule

__all__ = [
    "Contacting",
    "Gated",
    "Standing",
    "add_many",
    "as_row",
    "book",
    "configure_compliance",
    "correct",
    "declare_standing",
    "gate",
    "gather",
    "hold",
    "is_listed",
    "last_attempts",
    "level_of",
    "note_attempt",
    "opt_in",
    "opt_out",
    "put_on_list",
    "recheck",
    "replace_list",
    "restore_rule",
    "scrubbed_at",
    "standing_of",
    "take_off_list",
    "verdict",
    "verdicts",
    "void",
]  # fmt: skip
