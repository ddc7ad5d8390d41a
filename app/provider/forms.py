"""Reading the console's forms."""

from collections.abc import Mapping
from typing import Any

from app.core.errors import FieldError, Invalid
from app.provider.service import TenantForm
from themes.tokens import BrandInvalid, parse_brand


def tenant_form(raw: Mapping[str, Any]) -> TenantForm:
    """A new tenant as typed; the address is made lower case. Raises Invalid for a colour that is none."""
    given = {
        name: str(raw.get(name, "")).strip()
        for name in ("name", "slug", "blueprint", "admin_name", "admin_email", "colour", "plan")
    }
    return TenantForm(
        name=given["name"], slug=given["slug"].lower(), blueprint=given["blueprint"], admin_name=given["admin_name"],
        admin_email=given["admin_email"].lower(), brand=brand(given["colour"]), plan=given["plan"],
    )  # fmt: skip


def brand(colour: str) -> dict[str, Any]:
    """A first brand of one colour; the rest is chosen in the tenant's own editor. Raises Invalid."""
    if not colour:
        return {}
    try:
        parse_brand({"colour": colour})
    except BrandInvalid as error:
        raise Invalid([FieldError("colour", "invalid_format", fault.message) for fault in error.faults]) from error
    return {"colour": colour}
