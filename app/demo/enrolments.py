"""Enrolments of the debt tenant: disclosures, program, deposits, a settlement or two."""

import random
from collections.abc import Awaitable, Callable
from datetime import timedelta

from app.core import clock
from app.core.work import Work
from app.leads.models import Lead
from app.programs import service as programs
from app.programs.service.enrolment import DebtLine

CREDITORS = ("Cedar Federal Bank", "Union Card Services", "Lakeshore Credit", "Pioneer Retail Card", "Metro Personal Loans", "First Valley Bank")


def enrol(seed: int) -> Callable[[Work, Lead], Awaitable[None]]:
    """A program whose debts come to about what the lead said."""

    async def step(work: Work, lead: Lead) -> None:
        chosen = await programs.terms(work)
        if chosen is None:
            return
        source = random.Random(seed)  # noqa: S311 - a world that is the same each time
        whole = max(lead.value_amount, chosen.least_total)
        lines = _debts(source, whole, chosen.least_debt)
        first = clock.now().date() + timedelta(days=source.randrange(5, 20))
        program = await programs.draft(work, lead.id, lines, months=source.choice([24, 30, 36, 42, 48]), first_deposit_on=first)
        for disclosure in chosen.disclosures:
            await programs.accept_disclosure(work, program.id, disclosure.name, disclosure.words, "by phone, recorded line")
        await programs.enrol(work, program.id)

    return step


def _debts(source: random.Random, whole: int, least: int) -> list[DebtLine]:
    """Three to six debts that add up to the whole, none below the least."""
    number = source.randint(3, 6)
    cuts = [source.random() + 0.25 for _ in range(number)]
    amounts = [max(least, int(whole * cut / sum(cuts)) // 100 * 100) for cut in cuts]
    names = source.sample(CREDITORS, number)
    return [DebtLine(name, amount, f"{source.randrange(10_000):04d}") for name, amount in zip(names, amounts, strict=True)]
