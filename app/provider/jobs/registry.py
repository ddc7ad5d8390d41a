"""Changes of the registry that the console asks for: absolute values, so that doing them twice changes nothing."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.brand import queries as brands
from app.brand.models import PLACES
from app.core import agenda, clock
from app.core.boot import worker_kernel
from app.core.work import Work
from tenants import provision
from tenants.binding import bound


class Change(msgspec.Struct, frozen=True):
    """One statement with its values."""

    statement: str
    values: dict[str, Any]


async def _change(change: Change, _key: str) -> None:
    async with _registry() as connection:
        await connection.execute(text(change.statement), change.values)


async def _done(work: Work, *_args: Any) -> None:
    """The registry holds the outcome."""


def _declare(kind: str, prepare: Callable[..., Awaitable[Any]], call: Callable[[Any, str], Awaitable[None]]) -> None:
    agenda.effect(agenda.Effect(kind, prepare=prepare, call=call, settle=_done, repeatable=True, queue="default"))


class StateWish(msgspec.Struct, frozen=True):
    """A tenant and the state that it shall have."""

    tenant_id: UUID
    state: str


async def _read_state(work: Work, tenant_id: UUID, state: str) -> StateWish:
    return StateWish(tenant_id, state)


async def _set_state(wish: StateWish, _key: str) -> None:
    try:
        if wish.state == "deleted":
            await provision.delete(worker_kernel(), wish.tenant_id)
        else:
            await provision.set_state(worker_kernel(), wish.tenant_id, wish.state)  # type: ignore[arg-type]
    except provision.UnknownTenant:
        return  # gone already: that is what was wished, or there is nothing left to change


async def _read_plan(work: Work, tenant_id: UUID, plan: str) -> Change:
    return Change("update control.tenants set plan = :plan where id = :id", {"id": tenant_id, "plan": plan})


class Reseller(msgspec.Struct, frozen=True):
    """A reseller as it shall be, with the pictures of its brand, which the console serves."""

    id: UUID
    name: str
    slug: str
    brand: dict[str, Any]
    console: UUID
    pictures: list[tuple[str, str, bytes]]


async def _read_reseller(work: Work, reseller_id: UUID, name: str, slug: str, brand: dict[str, Any]) -> Reseller:
    keys = [brand[place] for place in PLACES if brand.get(place)]
    found = [(one.key, one.content_type, one.body) for one in await brands.pictures(work, keys)] if keys else []
    return Reseller(reseller_id, name, slug, brand, work.tenant.id, found)


async def _save_reseller(wish: Reseller, _key: str) -> None:
    async with _registry() as connection:
        for key, kind, body in wish.pictures:
            await connection.execute(
                text(
                    "insert into control.brand_assets (tenant_id, key, content_type, body)"
                    " values (:tenant, :key, :kind, :body) on conflict (tenant_id, key) do nothing"
                ),
                {"tenant": wish.console, "key": key, "kind": kind, "body": body},
            )
        await connection.execute(
            text(
                "insert into control.resellers (id, slug, name, brand, created_at) values (:id, :slug, :name, :brand, :now)"
                " on conflict (id) do update set name = excluded.name, slug = excluded.slug, brand = excluded.brand,"
                " brand_version = control.resellers.brand_version + 1"
            ),
            {
                "id": wish.id,
                "slug": wish.slug,
                "name": wish.name,
                "brand": msgspec.json.encode(wish.brand).decode(),
                "now": clock.now(),
            },
        )


async def _read_reseller_state(work: Work, reseller_id: UUID, state: str) -> Change:
    return Change("update control.resellers set state = :state where id = :id", {"id": reseller_id, "state": state})


async def _read_announcement(
    work: Work, announcement_id: UUID, said: str, tone: str, since: datetime, until: datetime
) -> Change:
    return Change(
        "insert into control.announcements (id, text, tone, since, until)"
        " values (:id, :text, :tone, :since, :until) on conflict (id) do nothing",
        {"id": announcement_id, "text": said, "tone": tone, "since": since, "until": until},
    )


async def _read_end(work: Work, announcement_id: UUID) -> Change:
    return Change("delete from control.announcements where id = :id", {"id": announcement_id})


def _registry() -> AbstractAsyncContextManager[AsyncConnection]:
    assert bound().blueprint == "operator"  # only the console asks for changes of the registry
    return worker_kernel().owner.begin()


_declare("tenants.set_state", _read_state, _set_state)
_declare("tenants.set_plan", _read_plan, _change)
_declare("resellers.save", _read_reseller, _save_reseller)
_declare("resellers.set_state", _read_reseller_state, _change)
_declare("announcements.save", _read_announcement, _change)
_declare("announcements.end", _read_end, _change)
