"""What was asked, what was found, who was offered the case; the arithmetic of the last day."""

from app.screening.models.limits import Limit, Rule, last_day, next_alarm, shipped
from app.screening.models.setup import Decline, Question, Screen, Setup
from app.screening.models.tables import Referral, Screening

__all__ = [
    "Decline", "Limit", "Question", "Referral", "Rule", "Screen", "Screening", "Setup", "last_day", "next_alarm", "shipped",
]  # fmt: skip
