"""An offer as somebody wants it, before it is one."""

from typing import Any

import msgspec

from app.publishers.models.terms import Terms


class OfferDraft(msgspec.Struct, frozen=True, kw_only=True):
    """An offer as somebody wants it. `price_amount` in minor units; `spec` changes single fields, see
    `models.spec`.
    """

    name: str
    slug: str = ""
    state: str = "live"
    price_amount: int = 0
    currency: str = ""
    pipeline: str = ""
    terms: Terms = Terms()
    spec: tuple[dict[str, Any], ...] = ()
