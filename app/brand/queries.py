"""Reading drafts, versions and pictures of the tenant's brand."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.brand.models import BrandPicture, BrandVersion
from app.core.errors import NotFound
from app.core.work import Work

SHOWN = 20


async def draft(work: Work) -> BrandVersion | None:
    """What somebody is working on; None when nothing was changed since the last publishing."""
    return (await work.scalars(select(BrandVersion).where(BrandVersion.version.is_(None)))).first()


async def history(work: Work) -> Sequence[BrandVersion]:
    """Numbered versions, newest first."""
    numbered = select(BrandVersion).where(BrandVersion.version.is_not(None))
    return (await work.scalars(numbered.order_by(BrandVersion.version.desc()).limit(SHOWN))).all()


async def latest(work: Work) -> tuple[int, dict[str, Any]]:
    """Number and values of the brand that is worn, or will be in a moment."""
    newest = next(iter(await history(work)), None)
    if newest is None or (newest.version or 0) < work.tenant.brand_version:
        return work.tenant.brand_version, dict(work.tenant.brand)
    return newest.version or 0, dict(newest.brand)


async def version(work: Work, number: int) -> BrandVersion:
    """Raises NotFound."""
    found = (await work.scalars(select(BrandVersion).where(BrandVersion.version == number))).first()
    if found is None:
        raise NotFound
    return found


async def picture(work: Work, key: str | None) -> BrandPicture | None:
    return await work.get(BrandPicture, key) if key else None


async def pictures(work: Work, keys: Sequence[str]) -> Sequence[BrandPicture]:
    return (await work.scalars(select(BrandPicture).where(BrandPicture.key.in_(keys)))).all()
