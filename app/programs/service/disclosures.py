"""A disclosure as this client hears it."""

import msgspec

from app.programs.models import Program
from app.programs.service.configure import Disclosure


def spoken(told: Disclosure, program: Program) -> Disclosure:
    """With this program's months and fee in its words; what is accepted and kept are these words."""
    fee = f"{program.fee_rate / 100:g}%"
    words = told.words.replace("{months}", str(program.months)).replace("{fee}", fee)
    return msgspec.structs.replace(told, words=" ".join(words.split()))
