"""State ceilings on settlement fees, as dated data with their source. An unlisted state has the tenant's own
rate.

Rates in basis points, of enrolled debt or of savings. Source: Wisconsin DFI's 2023 comparison of state debt
settlement laws (secondary: verify each before relying on it); IL 225 ILCS 429 and ME 32 §6174-A are primary.
"""

from datetime import date

import msgspec


class Cap(msgspec.Struct, frozen=True):
    """The highest fee rate that a state allows on one of the two bases since a day."""

    state: str
    model: str
    rate: int
    source: str
    since: date = date(2023, 1, 1)


_SURVEY = "Wisconsin DFI 2023 (secondary, verify)"
CAPS = (
    *(
        Cap(state, "debt", rate, _SURVEY)
        for state, rate in {
            "LA": 1_200,
            "NH": 1_500,
            "MI": 1_500,
            "MN": 1_500,
            "WA": 1_500,
            "DE": 1_800,
            "IA": 1_800,
            "ID": 2_000,
            "MT": 2_000,
            "VA": 2_000,
            "OR": 1_500,
        }.items()
    ),
    *(
        Cap(state, "savings", rate, _SURVEY)
        for state, rate in {
            "CT": 1_000,
            "IL": 1_500,
            "ME": 1_500,
            "IA": 3_000,
            "MN": 3_000,
            "ND": 3_000,
            "RI": 3_000,
            "VA": 3_000,
            "OR": 750,
        }.items()
    ),
)
UNLIMITED = 10_000


def highest_fee_rate(state: str | None, model: str, today: date) -> int:
    """The lowest ceiling in force for the state and base; 10,000 (the whole) where there is none."""
    rates = [cap.rate for cap in CAPS if cap.state == state and cap.model == model and cap.since <= today]
    return min(rates, default=UNLIMITED)
