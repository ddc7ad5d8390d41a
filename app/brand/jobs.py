"""Publishing: the one write to the registry, on the owner's connection, safe to repeat."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.brand import queries
from app.brand.models import PLACES, BrandVersion, Found, SenderDomain
from app.brand.service import sender
from app.core import agenda, clock
from app.core.boot import worker_kernel
from app.core.work import Work


class Asset(msgspec.Struct, frozen=True):
    key: str
    content_type: str
    body: bytes


class Publication(msgspec.Struct, frozen=True):
    """Everything that the registry shall hold of one version."""

    tenant_id: UUID
    version: int
    brand: dict[str, Any]
    assets: list[Asset]


async def _read(work: Work, version_id: UUID) -> Publication | None:
    row = await work.get(BrandVersion, version_id)
    if row is None or row.version is None or row.published_at is not None:
        return None
    keys = [row.brand[place] for place in PLACES if row.brand.get(place)]
    assets = [Asset(one.key, one.content_type, one.body) for one in await queries.pictures(work, keys)]
    return Publication(work.tenant.id, row.version, row.brand, assets)


async def _write(publication: Publication, _key: str) -> None:
    kernel = worker_kernel()
    async with kernel.owner.begin() as connection:
        for asset in publication.assets:
            await _add_asset(connection, publication.tenant_id, asset)
        await connection.execute(
            text(
                "insert into control.brands (tenant_id, version, brand, published_at)"
                " values (:tenant, :version, :brand, :now) on conflict (tenant_id) do update"
                " set version = excluded.version, brand = excluded.brand,"
                " published_at = excluded.published_at"
                " where control.brands.version < excluded.version"  # done before, or a newer one was first
            ),
            {
                "tenant": publication.tenant_id,
                "version": publication.version,
                "brand": msgspec.json.encode(publication.brand).decode(),
                "now": clock.now(),
            },
        )
    kernel.directory.forget()


async def _add_asset(connection: AsyncConnection, tenant_id: UUID, asset: Asset) -> None:
    """Keys name the content: what stands there already is the same picture."""
    await connection.execute(
        text(
            "insert into control.brand_assets (tenant_id, key, content_type, body)"
            " values (:tenant, :key, :type, :body) on conflict (tenant_id, key) do nothing"
        ),
        {"tenant": tenant_id, "key": asset.key, "type": asset.content_type, "body": asset.body},
    )


async def _note(work: Work, version_id: UUID, _result: Any) -> None:
    row = await work.get(BrandVersion, version_id)
    if row is not None:
        row.published_at = row.published_at or clock.now()


agenda.effect(
    agenda.Effect("brand.publish", prepare=_read, call=_write, settle=_note, repeatable=True, queue="default")
)


async def _whom(work: Work, domain: str) -> SenderDomain | None:
    return await work.get(SenderDomain, domain)


async def _look_up(row: SenderDomain, _key: str) -> dict[str, Found]:
    return await sender.look_up(row.domain, row.selector, row.public_key)


agenda.effect(
    agenda.Effect(
        "brand.check_sender", prepare=_whom, call=_look_up, settle=sender.note, repeatable=True, queue="default"
    )
)


@agenda.recurring("brand.recheck_sender", timedelta(days=1))
async def recheck(work: Work) -> None:
    """Records get lost when somebody moves a domain: better that we see it than that receivers do."""
    if (domain := sender.domain_of(work)) and await work.get(SenderDomain, domain) is not None:
        await agenda.add(work, "brand.check_sender", domain, key=f"sender:{domain}")
