"""Contacts: one for each person, blanks that never match, consents kept as proof, notes and tags on any
record.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.contacts import queries, service
from app.contacts.models import Contact, Note
from app.core import clock, fields
from app.core.errors import Invalid, NotFound
from app.core.work import Actor, unit

pytestmark = pytest.mark.anyio
DANA = {"first_name": "Dana", "last_name": "Reyes", "phone": "+17275550142", "email": "dana@example.com"}
AT = datetime(2026, 5, 3, 14, 0, tzinfo=UTC)


async def test_the_same_phone_is_the_same_person(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        first = await service.create(work, DANA)
        again = await service.upsert(work, {"phone": DANA["phone"], "email": "other@example.com", "city": "Tampa"})
        assert again.id == first.id
        # What is known stays, what was blank is filled.
        assert (again.email, again.city, again.city_key) == ("dana@example.com", "Tampa", "tampa")
        other = await service.upsert(work, {"first_name": "Dana", "phone": "+17275550143"})
        assert other.id != first.id


async def test_blank_never_equals_blank(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        nobody = await service.create(work, {"first_name": "No", "last_name": "Number"})
        assert (nobody.phone, nobody.email) == (None, None)
        assert await queries.find_duplicates(work, None, None) == []
        assert await queries.find_duplicates(work, "", "") == []
        assert (await service.upsert(work, {"first_name": "No"})).id != nobody.id
        dana = await service.create(work, DANA)
        assert [one.id for one in await queries.find_duplicates(work, DANA["phone"], None)] == [dana.id]
        assert [one.id for one in await queries.find_duplicates(work, None, DANA["email"])] == [dana.id]


async def test_duplicates_may_be_asked_from_a_day_on(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        with clock.held_at(AT):
            dana = await service.create(work, DANA)
        assert await queries.find_duplicates(work, DANA["phone"], None, AT + timedelta(seconds=1)) == []
        assert [one.id for one in await queries.find_duplicates(work, DANA["phone"], None, AT)] == [dana.id]


async def test_ten_at_once_give_one_contact(cast):
    async def arrive() -> object:
        async with unit(tenant=cast.tenants["harbor"]) as work:
            return (await service.upsert(work, DANA)).id

    assert len(set(await asyncio.gather(*(arrive() for _ in range(10))))) == 1
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert await work.scalar(select(func.count()).select_from(Contact).where(Contact.phone == DANA["phone"])) == 1


async def test_only_what_a_contact_may_be_told_is_written(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        poison = {name: "x" for name in [column.key for column in Contact.__table__.c] if name not in DANA}
        poison |= {"language": "es", "country": "US", "state": "FL", "custom": {"admin": True}, "id": uuid4()}
        contact = await service.create(work, {**poison, **DANA})
        assert (contact.merged_into, contact.bankrupt_at, contact.custom) == (None, None, {})
        assert contact.name_key == "dana reyes" and contact.language == "es"


async def test_a_new_address_takes_mail_again(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        dana = await service.create(work, DANA)
        await service.mark_bounced(work, dana.id)
        assert dana.email_bounced_at is not None
        await service.update(work, dana.id, {"city": "Tampa"})
        assert dana.email_bounced_at is not None
        await service.update(work, dana.id, {"email": "dana.reyes@example.com"})
        assert dana.email_bounced_at is None


async def test_fragments_find_name_number_and_address(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        jose = await service.create(
            work,
            {
                "first_name": "José",
                "last_name": "Ávila",
                "phone": "+18135550177",
                "email": "jose_a%b@example.com",
            },
        )
        await service.create(work, DANA)

        async def found(typed: str) -> list[object]:
            where = queries.fragment(typed)
            return list(await work.scalars(select(Contact.id).where(where))) if where is not None else []

        for typed in (
            "jose avila",
            "ÁVILA",
            "vil",
            "(813) 555-0177",
            "5550177",
            "e_a%b",
            "JOSE_A%B@example.com",
        ):
            assert await found(typed) == [jose.id], typed
        # Signs of LIKE are letters here, not wildcards.
        assert await found("%") == [jose.id]
        assert await found("jose%avila") == [] and await found("_____") == []
        assert queries.fragment("  \0 ") is None


async def test_consents_are_kept_once_and_stay_when_withdrawn(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        dana = await service.create(work, DANA)
        said = {"text": "Call and text me.", "at": AT, "channels": ["sms", "call"], "certificate_id": "c-1"}
        first = await service.add_consent(work, dana.id, **said)
        assert (await service.add_consent(work, dana.id, **said)).id == first.id
        with pytest.raises(Invalid):
            await service.add_consent(work, dana.id, text=" ", at=AT)
        with pytest.raises(Invalid):
            await service.add_consent(work, dana.id, text="Fax me.", at=AT, channels=["fax"])
        assert await service.revoke_consent(work, dana.id, "texted STOP", ["email"]) == 0
        assert await service.revoke_consent(work, dana.id, "texted STOP", ["sms"]) == 1
        (kept,) = await queries.consents(work, dana.id)
        assert kept.revoked_how == "texted STOP" and kept.text == "Call and text me."


async def test_notes_are_changed_by_who_wrote_them(cast):
    luis, maria = (Actor("person", uuid4(), name) for name in ("Luis", "Maria"))
    record, tenant = uuid4(), cast.tenants["harbor"]
    async with unit(luis, tenant=tenant) as work:
        note = await service.add_note(work, "lead", record, "  Called. ")
        await service.pin_note(work, note.id, entity="lead", entity_id=record)
        second = await service.add_note(work, "lead", record, "Again.")
        await service.pin_note(work, second.id, entity="lead", entity_id=record)
        assert (await queries.pinned_note(work, "lead", record)).id == second.id
        with pytest.raises(Invalid):
            await service.add_note(work, "lead", record, " \0 ")
    async with unit(maria, tenant=tenant) as work:
        with pytest.raises(NotFound):
            await service.delete_note(work, note.id, entity="lead", entity_id=record)
    async with unit(luis, tenant=tenant) as work:
        with pytest.raises(NotFound):
            await service.delete_note(work, note.id, entity="lead", entity_id=uuid4())
        await service.delete_note(work, note.id, entity="lead", entity_id=record)
        assert [one.body for one in await queries.notes(work, "lead", record)] == ["Again."]
        await service.restore_note(work, note.id, entity="lead", entity_id=record)
        assert [one.body for one in await queries.notes(work, "lead", record)] == ["Again.", "Called."]
        assert await work.scalar(select(func.count()).select_from(Note)) == 2


async def test_a_tag_is_one_whatever_its_case(cast):
    records = [uuid4(), uuid4()]
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert await service.add_tags(work, "lead", records, "VIP  client") == 2
        assert await service.add_tags(work, "lead", records, "vip client") == 0
        assert await queries.tags_of(work, "lead", records[:1]) == {records[0]: [("vip client", "VIP client")]}
        await service.remove_tag(work, "lead", records[0], "VIP client")
        assert list(await queries.tags_of(work, "lead", records)) == [records[1]]
        with pytest.raises(Invalid):
            await service.add_tags(work, "lead", records, " ")


async def test_the_registry_knows_what_every_offer_asks(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        known = await fields.registry(work, "contact")
        for name in "first_name last_name email phone address city state zip country".split():
            assert known[name].writable, name
        assert known["name"].filterable and not known["name"].writable
