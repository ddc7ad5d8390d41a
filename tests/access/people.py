"""Rows that tests of access look at or change behind the product's back."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from app.access.models import PersonRow, Role, Session
from app.access.service import second_factor
from app.core import clock
from app.core.work import unit
from tests.world import Cast


async def row(cast: Cast, slug: str, first: str) -> PersonRow:
    async with unit(tenant=cast.tenants[slug]) as work:
        return (await work.scalars(select(PersonRow).where(PersonRow.email == f"{first}@example.com"))).one()


async def sessions(cast: Cast, slug: str, first: str) -> list[Session]:
    async with unit(tenant=cast.tenants[slug]) as work:
        statement = select(Session).join(PersonRow).where(PersonRow.email == f"{first}@example.com")
        return list(await work.scalars(statement.order_by(Session.id)))


async def change(cast: Cast, slug: str, first: str, **values: Any) -> None:
    async with unit(tenant=cast.tenants[slug]) as work:
        await work.execute(update(PersonRow).where(PersonRow.email == f"{first}@example.com").values(**values))


async def demand_totp(cast: Cast, slug: str, role: str) -> None:
    async with unit(tenant=cast.tenants[slug]) as work:
        await work.execute(update(Role).where(Role.name == role).values(require_totp=True))


async def age_sessions(cast: Cast, slug: str, **columns: timedelta) -> None:
    """Set these moments of every session back."""
    async with unit(tenant=cast.tenants[slug]) as work:
        moved = {name: getattr(Session, name) - by for name, by in columns.items()}
        await work.execute(update(Session).values(moved))


async def give_totp(cast: Cast, slug: str, first: str) -> tuple[str, list[str]]:
    """Turn on the second factor; returns the secret and the recovery codes. The step used for it is in the
    past.
    """
    from tests.access.doors import code_now

    async with unit(tenant=cast.tenants[slug]) as work:
        person_id = await work.scalar(select(PersonRow.id).where(PersonRow.email == f"{first}@example.com"))
        assert person_id is not None
        person, _ = await second_factor.locked(work, person_id)
        place = UUID(int=7)
        secret = second_factor.offered_secret(work, person, place)
        codes = await second_factor.confirm_setup(work, person, place, code_now(secret))
        assert codes is not None
        person.totp_last_step = int(clock.real_now().timestamp()) // 30 - 5
    return secret, codes
