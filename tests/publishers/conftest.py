"""A publisher with an offer and a key, and what a good post looks like."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.core import clock
from app.core.work import unit
from app.publishers import service
from app.publishers.models import Terms

SENTENCE = "I agree to be called and texted at the number I gave, also by automated means."


def lead(number: int = 142, **changes: Any) -> dict[str, Any]:
    """A post that every offer here takes; another number is another person."""
    whole = {
        "first_name": "Dana",
        "last_name": "Reyes",
        "email": f"dana{number}@example.com",
        "phone": f"(727) 555-{number:04}",
        "zip": "33602",
        "state": "FL",
        "sub_id": "autumn",
        "consent": {
            "text": SENTENCE,
            "at": (clock.now() - timedelta(minutes=3)).isoformat(),
            "url": "https://example.com/debt-help",
        },
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


@dataclass
class Desk:
    """Posts to one tenant's intake as one publisher."""

    client: httpx.AsyncClient
    tenant: Any
    publisher_id: UUID
    offer_id: UUID
    secret: str

    async def post(self, body: Any, *, key: str = "", **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.secret}", **options.pop("headers", {})}
        if key:
            headers["Idempotency-Key"] = key
        sent = {"json": body} if isinstance(body, dict) else {"content": body}
        return await self.client.post("/intake/v1/leads", headers=headers, **{**sent, **options})

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path, headers={"Authorization": f"Bearer {self.secret}"})


async def open_desk(
    cast: Any,
    slug: str = "harbor",
    *,
    name: str = "Northern Leads",
    state: str = "live",
    terms: Terms | None = None,
    **offer: Any,
) -> Desk:
    tenant = cast.tenants[slug]
    async with unit(tenant=tenant) as work:
        publisher = await service.create_publisher(work, name=name, state=state)
        draft = service.OfferDraft(name="Debt", slug="debt", price_amount=4_500, terms=terms or Terms(), **offer)
        made = await service.create_offer(work, publisher.id, draft)
        _, secret = await service.make_key(work, publisher.id)
    return Desk(cast.visitor(slug).client, tenant, publisher.id, made.id, secret)


@pytest.fixture
async def desk(cast: Any) -> Desk:
    return await open_desk(cast)
