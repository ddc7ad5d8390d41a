"""Who may be whom, two becoming one, and two again: nothing that was said or agreed to is lost."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import select

from app.compliance import service as compliance
from app.compliance.models.tables import ListEntry
from app.contacts import queries, service
from app.contacts.models import Consent, Contact, Duplicate, Merge
from app.contacts.service.references import references
from app.core.errors import Conflict
from app.core.work import unit
from app.leads import service as leads
from app.leads.models import Lead
from app.leads.service import LeadValues
from tests.drive import drain
from tests.leads.making import as_actor, kinds

pytestmark = pytest.mark.anyio
DANA = {"first_name": "Dana", "last_name": "Reyes", "phone": "+17275550142", "zip": "33602", "city": "Tampa"}
TWIN = {"first_name": "Dana", "last_name": "Reyez", "email": "dana@example.com", "zip": "33602", "city": "Tampa"}
URL = "/admin/duplicates"
AT = datetime(2026, 5, 3, 14, 0, tzinfo=UTC)


async def two(cast, first=DANA, second=TWIN):
    """Two contacts with a lead each; their ids."""
    async with unit(tenant=cast.tenants["harbor"]) as work:
        made = [await service.create(work, values) for values in (first, second)]
        for one in made:
            await leads.create(work, one.id, LeadValues(source="Form"))
        return [one.id for one in made]


async def look(cast) -> list[Duplicate]:
    async with unit(tenant=cast.tenants["harbor"]) as work:
        await service.look(work)
    await drain(cast.runtime)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        return list(await work.scalars(select(Duplicate).order_by(Duplicate.id)))


async def rows(cast, model, **where):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        return list(await work.scalars(select(model).filter_by(**where)))


async def test_pairs_are_found_in_the_background_and_only_what_changed_is_looked_at_again(cast):
    first, second = await two(cast)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        await service.create(
            work, {"first_name": "Dana", "last_name": "Reyes", "zip": "98101", "phone": "+12065550188"}
        )
    found = await look(cast)
    assert [{one.first_id, one.second_id} for one in found] == [{first, second}]
    assert found[0].reasons["last_name"] > 85 and "phone" not in found[0].reasons
    async with unit(tenant=cast.tenants["harbor"]) as work:
        await service.update(work, second, {"last_name": "Okafor", "first_name": "Theo", "city": "Miami"})
    assert await look(cast) == []


async def test_two_who_were_told_apart_are_not_offered_again(cast):
    await two(cast)
    [found] = await look(cast)
    ada = await cast.browser("harbor", "ada")
    assert "Reyez" in (await ada.get(URL)).text
    assert (await ada.post(f"{URL}/{found.id}/different")).status_code == 303
    async with unit(tenant=cast.tenants["harbor"]) as work:
        await service.look(work, all_=True)
    assert [one.state for one in await look(cast)] == ["different"]
    assert "Reyez" not in (await ada.get(URL)).text
    assert (await ada.get(f"{URL}/{found.id}")).status_code == 404


async def test_everything_comes_over_and_goes_back(cast):
    kept, gone = await two(cast)
    ada = await cast.browser("harbor", "ada")
    async with unit(await as_actor(cast, "luis"), tenant=cast.tenants["harbor"]) as work:
        await service.add_note(work, "contact", gone, "Calls back on Friday.")
        for one in (kept, gone):
            await service.add_tags(work, "contact", [one], "VIP")
        await service.add_consent(work, gone, text="Yes, mail me.", at=AT, channels=["email"])
    [found] = await look(cast)
    page = (await ada.get(f"{URL}/{found.id}")).text
    assert "Reyes" in page and "Reyez" in page and "Comes over from" in page
    answer = await ada.post(
        f"{URL}/{found.id}/merge", {"keep": str(kept), "take.email": "gone", "take.last_name": "kept"}
    )
    assert answer.status_code == 303
    assert len(await rows(cast, Lead, contact_id=kept)) == 2 and not await rows(cast, Lead, contact_id=gone)
    [consent] = await rows(cast, Consent, contact_id=kept)
    assert consent.revoked_at is None and consent.channels == ["email"]
    [now] = await rows(cast, Contact, id=kept)
    assert (now.email, now.last_name, now.phone) == ("dana@example.com", "Reyes", DANA["phone"])
    [merge] = await rows(cast, Merge)
    for _ in range(2):
        assert (await ada.post(f"{URL}/merges/{merge.id}/undo")).status_code == 303
    assert [len(await rows(cast, Lead, contact_id=one)) for one in (kept, gone)] == [1, 1]
    assert len(await rows(cast, Consent, contact_id=gone)) == 1
    [before], [other] = await rows(cast, Contact, id=kept), await rows(cast, Contact, id=gone)
    assert before.email is None and other.merged_into is None
    assert {"contact.merged", "contact.parted"} <= set(await kinds(cast, kept))
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert await queries.tags_of(work, "contact", [kept, gone]) == {kept: [("vip", "VIP")], gone: [("vip", "VIP")]}


async def test_an_opt_out_of_either_side_holds_for_the_one_that_stays(cast):
    kept, gone = await two(cast, second={**TWIN, "phone": "+17275550199"})
    tenant = cast.tenants["harbor"]
    async with unit(tenant=tenant) as work:
        await service.add_consent(work, kept, text="Yes, call me.", at=AT, url="https://example.com")
        await service.add_consent(work, gone, text="Yes, call me.", at=AT, url="https://example.com")
        await service.revoke_consent(work, gone, "STOP")
        entry = ListEntry(id=gone, list="opt_out", phone="+17275550199", channel="sms", at=AT + timedelta(days=1))
        work.add(entry)
    async with unit(tenant=tenant) as work:
        before = await compliance.facts.gather(work, await queries.contact(work, kept))
        assert before.opt_outs == () and any(one.revoked_at is None for one in before.consents)
        merge = await service.merge(work, kept, gone)
    async with unit(tenant=tenant) as work:
        after = await compliance.facts.gather(work, await queries.contact(work, kept))
        assert len(after.consents) == 2 and all(one.revoked_at for one in after.consents)
        assert [one.channel for one in after.opt_outs] == ["sms"]
        await service.part(work, merge.id)
    async with unit(tenant=tenant) as work:
        again = await compliance.facts.gather(work, await queries.contact(work, kept))
        assert again.opt_outs == () and any(one.revoked_at is None for one in again.consents)


async def test_a_consent_counts_only_for_the_number_that_it_was_given_for(cast):
    kept, gone = await two(cast, second={**TWIN, "phone": "+17275550199"})
    async with unit(tenant=cast.tenants["harbor"]) as work:
        await service.add_consent(work, gone, text="Yes, call me.", at=AT, channels=["call", "sms"])
        await service.merge(work, kept, gone)
    [consent] = await rows(cast, Consent, contact_id=kept)
    assert consent.revoked_at is not None and consent.text == "Yes, call me."


async def test_who_has_money_in_trust_is_the_one_that_stays(cast, urls):
    kept, gone = await two(cast)
    with psycopg.connect(urls["owner"]) as owner:
        schema = cast.tenants["harbor"].schema
        owner.execute(f"insert into {schema}.trust_accounts (contact_id) values (%s)", [gone])
    async with unit(tenant=cast.tenants["harbor"]) as work:
        with pytest.raises(Conflict):
            await service.merge(work, kept, gone)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert (await service.merge(work, gone, kept)).kept_id == gone


async def test_who_was_merged_meanwhile_is_not_merged_twice(cast):
    kept, gone = await two(cast)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        await service.merge(work, kept, gone)
        with pytest.raises(Conflict):
            await service.merge(work, gone, kept)


async def test_only_those_who_see_everybody_may_look(cast):
    await two(cast)
    [found] = await look(cast)
    luis, ada = await cast.browser("harbor", "luis"), await cast.browser("harbor", "ada")
    for url in (URL, f"{URL}/{found.id}"):
        assert (await luis.get(url)).status_code == 404
        assert (await ada.get(url)).status_code == 200
    assert (await luis.post(f"{URL}/{found.id}/merge")).status_code == 404
    other = await cast.browser("summit", "ada")
    assert (await other.get(f"{URL}/{found.id}")).status_code == 404


def test_every_room_that_holds_contacts_is_known(cast):
    """A new table that names a contact is moved without anybody thinking of it."""
    pointing = {(one.table.name, one.column.name) for one in references()}
    assert {
        ("leads", "contact_id"), ("consents", "contact_id"), ("notes", "entity_id"), ("tasks", "entity_id"),
        ("messages", "contact_id"), ("calls", "contact_id"), ("programs", "contact_id"), ("list_entries", "contact_id"),
        ("people", "party_id"), ("contacts", "merged_into"),
    } <= pointing  # fmt: skip
    assert "duplicates" not in {table for table, _ in pointing}


async def test_a_looked_up_number_tells_what_was_refused_to_either_before_they_were_one(cast):
    """Refusals stay with whom they were written for; whoever looks up one number reads both, under who stands."""
    from app.compliance.queries import history
    from app.compliance.service import Contacting, gate
    from tests.contacting import at

    kept, gone = await two(cast)
    with at():
        async with unit(tenant=cast.tenants["harbor"]) as work:
            refused = await gate(work, Contacting(contact_id=gone, channel="sms", purpose="marketing", automated=True))
            assert not refused.allowed
        async with unit(tenant=cast.tenants["harbor"]) as work:
            alone = await history(work, phone=DANA["phone"])
            assert not any("refused" in line.what for line in alone.happened)
            await service.merge(work, kept, gone)
        async with unit(tenant=cast.tenants["harbor"]) as work:
            for asked in ({"phone": DANA["phone"]}, {"email": TWIN["email"]}):
                told = await history(work, **asked)
                assert [person.id for person in told.contacts] == [kept]
                assert any("refused" in line.what for line in told.happened), asked
