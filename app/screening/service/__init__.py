"""Verbs of screening. Whoever calls has found the lead within reach."""

from app.screening.service.answers import answer
from app.screening.service.conflicts import check, clear, lock
from app.screening.service.deadlines import alarm, correct, recompute, rules
from app.screening.service.declining import decline
from app.screening.service.referrals import expire, offer, respond
from app.screening.service.setup import configure_screening, firms, keep_firms, setup

__all__ = [
    "alarm", "answer", "check", "clear", "configure_screening", "correct", "decline", "expire", "firms", "keep_firms", "lock",
    "offer", "recompute", "respond", "rules", "setup",
]  # fmt: skip
