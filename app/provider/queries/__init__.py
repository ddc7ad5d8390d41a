"""What somebody at the console may see. Every read of `control` starts at `within_reach`."""

from app.provider.queries.figures import Tile, Usage, tiles, usage
from app.provider.queries.health import Health, Limits
from app.provider.queries.orders import order, returned, slug_taken
from app.provider.queries.reach import within_reach
from app.provider.queries.resellers import (
    Announcement,
    PlanRow,
    ResellerPerson,
    ResellerRow,
    announcements,
    people_of,
    plans,
    reseller,
    resellers,
)
from app.provider.queries.tenants import PAGE, SORTS, Asked, TenantRow, some, tenant, tenants

__all__ = [
    "PAGE",
    "SORTS",
    "Announcement",
    "Asked",
    "Health",
    "Limits",
    "PlanRow",
    "ResellerPerson",
    "ResellerRow",
    "TenantRow",
    "Tile",
    "Usage",
    "announcements",
    "order",
    "people_of",
    "plans",
    "reseller",
    "resellers",
    "returned",
    "slug_taken",
    "some",
    "tenant",
    "tenants",
    "tiles",
    "usage",
    "within_reach",
]
