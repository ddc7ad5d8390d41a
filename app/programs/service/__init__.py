"""Verbs on programs. Each locks the row that it changes and does nothing when it is already done."""

from app.programs.service.configure import ClientChanges, configure_program, let_clients_change, terms
from app.programs.service.deposits import clear_deposit, end_hold, return_deposit
from app.programs.service.enrolment import accept_disclosure, asked_for, draft, enrol, reckoned
from app.programs.service.leaving import cancel, lessen_refund, note_refund, refund_paid, stop_deposits
from app.programs.service.replanning import answer_request, ask_change, change_plan, preview, too_late
from app.programs.service.settlements import approve, decline, expire_offers, note_agreement, offer, pay_creditor
from app.programs.service.trust import held_still, saved

__all__ = [
    "ClientChanges",
    "accept_disclosure",
    "answer_request",
    "approve",
    "ask_change",
    "asked_for",
    "cancel",
    "change_plan",
    "clear_deposit",
    "configure_program",
    "decline",
    "draft",
    "end_hold",
    "enrol",
    "expire_offers",
    "held_still",
    "lessen_refund",
    "let_clients_change",
    "note_agreement",
    "note_refund",
    "offer",
    "pay_creditor",
    "preview",
    "reckoned",
    "refund_paid",
    "return_deposit",
    "saved",
    "stop_deposits",
    "terms",
    "too_late",
]
