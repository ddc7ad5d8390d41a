"""Rows as services take them: locked, or NotFound."""

from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from app.core.errors import NotFound
from app.core.tables import Base
from app.core.work import Work
from app.programs.models import Debt, Program, Settlement

Row = TypeVar("Row", bound=Base)


async def locked(work: Work, table: type[Row], row_id: UUID, *, hold: bool = True) -> Row:
    """The row, held until the transaction ends unless it is only looked at. Raises NotFound."""
    row = await work.get(table, row_id, with_for_update=hold, populate_existing=hold)
    if row is None:
        raise NotFound
    return row


async def program_of(work: Work, debt: Debt) -> Program:
    """The debt's program, locked."""
    return await locked(work, Program, debt.program_id)


async def deal(work: Work, settlement_id: UUID) -> tuple[Program, Debt, Settlement]:
    """A settlement with its debt and program, locked from the program down so that two deals never wait on
    each other."""
    found = await work.get(Settlement, settlement_id)
    debt = await work.get(Debt, found.debt_id) if found else None
    if found is None or debt is None:
        raise NotFound
    program = await locked(work, Program, debt.program_id)
    return program, await locked(work, Debt, debt.id), await locked(work, Settlement, settlement_id)


async def debts_of(work: Work, program_id: UUID) -> list[Debt]:
    statement = select(Debt).where(Debt.program_id == program_id).order_by(Debt.position)
    return list(await work.scalars(statement))
