"""Calls: who spoke with whom, how it went, and what came of it."""

from app.calls.models.outcomes import CHOICES, Outcome, Script, script_for
from app.calls.models.tables import OPEN, OVER, STATES, Call

__all__ = ["CHOICES", "OPEN", "OVER", "STATES", "Call", "Outcome", "Script", "script_for"]
