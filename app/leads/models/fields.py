"""What a lead has, as forms, lists, filters, scoring and routing know it: its own fields and those of its
contact.
"""

from typing import Any

import msgspec
from sqlalchemy import select

from app.access.models import PersonRow, Role
from app.contacts.models import CONTACT_FIELDS, tags_field
from app.core import config, fields, records
from app.core.fields import Field
from app.leads.models.tables import Lead, Stage


async def stage_options(session: Any) -> list[tuple[str, str]]:
    rows = await session.execute(
        select(Stage.name, Stage.label).where(Stage.archived_at.is_(None)).order_by(Stage.position)
    )
    return [(row.name, row.label) for row in rows]


async def owner_options(session: Any) -> list[tuple[str, str]]:
    """Staff who may own leads; those who left stay in filters by their id alone."""
    statement = (
        select(PersonRow.id, PersonRow.name)
        .join(Role, Role.id == PersonRow.role_id)
        .where(Role.audience == "staff", PersonRow.state != "deactivated", PersonRow.support.is_(False))
        .order_by(PersonRow.name)
    )
    return [(str(row.id), row.name) for row in await session.execute(statement)]


async def publisher_options(session: Any) -> list[tuple[str, str]]:
    """As the room above names them."""
    return await records.options(session, "publisher")


async def offer_options(session: Any) -> list[tuple[str, str]]:
    return await records.options(session, "offer")


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why somebody is lost: the name that leads hold, the words of today, whether it is still offered."""

    name: str
    label: str
    retired: bool = False


def reasons_of(value: Any) -> list[Reason]:
    """The setting `lost_reasons`: a list in the tenant's order, or a blueprint's mapping of name to label."""
    if isinstance(value, dict):
        return [Reason(name=name, label=label) for name, label in value.items()]
    return msgspec.convert(value, list[Reason])


async def lost_reasons(session: Any) -> list[tuple[str, str, bool]]:
    return [(one.name, one.label, one.retired) for one in reasons_of(await config.get(session, "lost_reasons"))]


STAGE_KINDS = (("new", "New"), ("open", "Open"), ("won", "Won"), ("done", "Done"), ("lost", "Lost"))
HEAT_HINT = "0 none, 1 cold, 2 warm, 3 hot."


def _field(name: str, label: str, position: int, **more: Any) -> Field:
    more.setdefault("writable", False)
    more.setdefault("filterable", True)
    return Field(entity="lead", name=name, label=label, position=position, **more)


def _from_contact(field: Field) -> Field:
    """The contact's fields come first on a lead's page, in their own groups."""
    return field.seen_from("lead")


LEAD_FIELDS = (
    _field("stage", "Stage", 20, type="choice", column=Stage.name, live_options=stage_options, group="lead"),
    _field("stage_kind", "Stage type", 20, type="choice", options=STAGE_KINDS, column=Stage.kind,
           group="lead"),
    _field("owner", "Owner", 21, type="reference", column=Lead.owner_id, live_options=owner_options,
           group="lead"),
    _field("score", "Score", 22, type="integer", column=Lead.score, group="lead"),
    _field("heat", "Heat", 23, type="integer", column=Lead.heat, group="lead", hint=HEAT_HINT),
    _field("value", "Value", 24, type="money", column=Lead.value_amount, minor=True, writable=True,
           group="lead"),
    _field("lost_reason", "Reason lost", 25, type="choice", column=Lead.lost_reason,
           live_options=lost_reasons,
           writable=True, group="lead"),
    _field("source", "Source", 30, type="choice", column=Lead.source, writable=True, group="source"),
    _field("sub_id", "Sub-id", 31, type="choice", column=Lead.sub_source, writable=True, group="source"),
    _field("campaign", "Campaign", 32, type="choice", column=Lead.campaign, writable=True, group="source"),
    _field("landing_page", "Landing page", 33, type="url", column=Lead.landing_page, writable=True,
           filterable=False, group="source"),
    _field("cost", "Cost", 34, type="money", column=Lead.cost_amount, minor=True, group="source"),
    _field("publisher", "Publisher", 35, type="reference", column=Lead.publisher_id,
           live_options=publisher_options, group="source"),
    _field("offer", "Offer", 36, type="reference", column=Lead.offer_id,
           live_options=offer_options, group="source"),
    _field("test", "Test", 37, type="boolean", column=Lead.test, group="source"),
    _field("created_at", "Added", 40, type="datetime", column=Lead.created_at, group="times"),
    _field("stage_since", "In stage since", 41, type="datetime", column=Lead.stage_since, group="times"),
    _field("owned_since", "Assigned", 42, type="datetime", column=Lead.owned_since, group="times"),
    _field("first_contact_at", "First contact", 43, type="datetime", column=Lead.first_contact_at,
           group="times"),
    _field("last_contact_at", "Last contact", 44, type="datetime", column=Lead.last_contact_at,
           group="times"),
    _field("next_action_at", "Next step", 45, type="datetime", column=Lead.next_action_at, group="times"),
    tags_field("lead"),
)  # fmt: skip
# Columns of `leads` that a form may write, by field name.
LEAD_COLUMNS = {
    "value": "value_amount", "lost_reason": "lost_reason", "source": "source", "sub_id": "sub_source",
    "campaign": "campaign", "landing_page": "landing_page",
}  # fmt: skip

fields.declare(*map(_from_contact, CONTACT_FIELDS), *LEAD_FIELDS)
