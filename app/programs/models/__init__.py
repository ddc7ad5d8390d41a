"""Programs: what was enrolled, what is saved, what was settled, what was earned."""

from app.programs.models.plan import Plan, deposit_plan, fee_by_savings, fees_by_debt
from app.programs.models.tables import Debt, Deposit, DisclosureAcceptance, Fee, Program, Settlement, TrustAccount

__all__ = [
    "Debt",
    "Deposit",
    "DisclosureAcceptance",
    "Fee",
    "Plan",
    "Program",
    "Settlement",
    "TrustAccount",
    "deposit_plan",
    "fee_by_savings",
    "fees_by_debt",
]
