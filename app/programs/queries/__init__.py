"""Reading programs: always within somebody's reach, or for the one client whose program it is."""

from app.programs.queries.listing import PAGE, ProgramRow, ReturnRate, programs, return_rates, waiting
from app.programs.queries.program import (
    DebtView,
    ProgramCard,
    ProgramPage,
    card,
    debts_of,
    page_of_contact,
    planned,
    program_of_lead,
    program_page,
    standing,
)

__all__ = [
    "PAGE",
    "DebtView",
    "ProgramCard",
    "ProgramPage",
    "ProgramRow",
    "ReturnRate",
    "card",
    "debts_of",
    "page_of_contact",
    "planned",
    "program_of_lead",
    "program_page",
    "programs",
    "return_rates",
    "standing",
    "waiting",
]
