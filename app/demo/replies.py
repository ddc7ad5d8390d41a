"""What invented people answer, per kind of business: shapes and sums as the field sees them."""

import random
from typing import Any

import msgspec

HARDSHIPS = ["job_loss", "medical", "divorce", "reduced_income", "cost_of_living", "other"]


def answers(blueprint: str, number: int) -> dict[str, Any]:
    """The blueprint's own fields for person `number`, always the same."""
    source = random.Random(number * 7 + 1)
    return _BY_BLUEPRINT[blueprint](source)


def _debt(source: random.Random) -> dict[str, Any]:
    """Six to seven accounts of over $30,000 in all are the middle of what was measured (Dobbie 2020)."""
    return {
        "total_debt": round(min(95_000, max(6_000, source.lognormvariate(10.15, 0.5))), -2),
        "monthly_income": round(source.triangular(1_800, 9_500, 4_200), -1),
        "hardship": source.choice(HARDSHIPS),
    }


def _injury(source: random.Random) -> dict[str, Any]:
    return {
        "incident_date": f"2026-{source.randint(5, 10):02d}-{source.randint(1, 28):02d}",
        "accident_type": source.choices(["car", "truck", "motorcycle", "pedestrian", "rideshare"], [70, 8, 8, 6, 8])[0],
        "injured": source.random() < 0.8, "represented": source.random() < 0.12,
        "at_fault": source.choices(["no", "partly", "yes", "unknown"], [66, 12, 10, 12])[0],
        "treatment": source.choices(["hospital", "doctor", "chiropractor", "none"], [30, 25, 20, 25])[0],
    }  # fmt: skip


def _sale(source: random.Random) -> dict[str, Any]:
    return {
        "need": source.choice(["Data analysis for my team", "A certificate by spring", "Project management basics"]),
        "budget": round(source.triangular(900, 12_000, 2_400), -2),
    }  # fmt: skip


def _care(source: random.Random) -> dict[str, Any]:
    return {
        "topic": source.choices(["billing", "delivery", "product", "account", "complaint"], [30, 28, 20, 14, 8])[0],
        "urgency": source.choices(["low", "normal", "high", "urgent"], [20, 55, 20, 5])[0],
        "request": source.choice(["Where is my order?", "The invoice looks wrong.", "I can't sign in any more."]),
    }  # fmt: skip


_BY_BLUEPRINT = {"debt-resolution": _debt, "mva-intake": _injury, "sales": _sale, "customer-care": _care}


class Ending(msgspec.Struct, frozen=True):
    """How a story goes: stages in order, the reason if it is lost, how many tries to reach the person, after how many days
    without reaching them the lead is given up.
    """

    weight: int
    stages: tuple[str, ...] = ()
    reason: str = ""
    tries: int = 1
    reached: bool = True
    enrols: bool = False
    patience: int = 0


# Shares by what the field measures: most are never reached, few enrol.
ENDINGS: dict[str, tuple[Ending, ...]] = {
    "debt-resolution": (
        Ending(24, ("lost",), "no_answer", 1, False, patience=7),
        Ending(18, ("lost",), "no_answer", 2, False),
        Ending(16, ("contacted",)),
        Ending(14, ("contacted", "lost"), "not_interested"),
        Ending(8, ("contacted", "lost"), "too_little_debt"),
        Ending(11, ("contacted", "qualified")),
        Ending(3, ("contacted", "qualified", "lost"), "other_company"),
        Ending(6, ("contacted", "qualified"), enrols=True),
    ),
    "mva-intake": (
        Ending(22, ("declined",), "no_answer", 1, False, patience=7),
        Ending(20, ("reached", "declined"), "other"),
        Ending(24, ("reached",)),
        Ending(18, ("reached", "screened")),
        Ending(10, ("reached", "screened", "signed")),
        Ending(6, ("reached", "screened", "signed", "with_attorney")),
    ),
    "sales": (
        Ending(25, ("lost",), "no_answer", 1, False, patience=7),
        Ending(22, ("contacted",)),
        Ending(18, ("contacted", "lost"), "not_interested"),
        Ending(15, ("contacted", "qualified")),
        Ending(8, ("contacted", "qualified", "proposal")),
        Ending(12, ("contacted", "qualified", "proposal", "won")),
    ),
    "customer-care": (
        Ending(30, ("open", "waiting")),
        Ending(50, ("open", "solved")),
        Ending(20, ("open",)),
    ),
}


def ending(blueprint: str, source: random.Random) -> Ending:
    choices = ENDINGS[blueprint]
    return source.choices(choices, [one.weight for one in choices])[0]


def stage_answers(stage: str, reason: str, value: int) -> dict[str, Any]:
    """What a stage may demand that the form did not bring."""
    return (
        {"lost_reason": reason, "value": value, "monthly_income": 4_000, "hardship": "reduced_income"} if stage else {}
    )


NOTES = (
    "Prefers calls after work. Spouse decides with them.",
    "Asked how long it takes. Sent the overview.",
    "Worried about the letters from the bank.",
    "Has the papers ready, wants to think until Friday.",
    "Very friendly. Reads English, rather speaks Spanish.",
    "Wants everything in writing first.",
)
