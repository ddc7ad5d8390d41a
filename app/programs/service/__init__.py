"""Verbs on programs. Each locks the row that it changes and does nothing when it is already done."""

from app.programs.service.configure import configure_program, terms
from app.programs.service.deposits import clear_deposit, move_deposit, return_deposit, skip_deposit
from app.programs.service.enrolment import accept_disclosure, cancel, draft, enrol
from app.programs.service.settlements import approve, decline, note_agreement, offer, pay_creditor

__all__ = [
    "accept_disclosure",
    "approve",
    "cancel",
    "clear_deposit",
    "configure_program",
    "decline",
    "draft",
    "enrol",
    "move_deposit",
    "note_agreement",
    "offer",
    "pay_creditor",
    "return_deposit",
    "skip_deposit",
    "terms",
]
