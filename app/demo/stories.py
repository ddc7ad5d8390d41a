"""What invented people answer, per kind of business: shapes and sums as the field sees them."""

import random
from typing import Any

HARDSHIPS = ["job_loss", "medical", "divorce", "reduced_income", "other"]


def answers(blueprint: str, number: int) -> dict[str, Any]:
    """The blueprint's own fields for person `number`, always the same."""
    source = random.Random(number * 7 + 1)  # noqa: S311 - a world that is the same each time
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
        "injured": source.random() < 0.8, "represented": source.random() < 0.12, "at_fault": source.random() < 0.15,
    }  # fmt: skip


def _sale(source: random.Random) -> dict[str, Any]:
    return {}


def _care(source: random.Random) -> dict[str, Any]:
    return {}


_BY_BLUEPRINT = {"debt-resolution": _debt, "mva-intake": _injury, "sales": _sale, "customer-care": _care}
