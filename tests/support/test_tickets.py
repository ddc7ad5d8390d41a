"""Tickets: targets that run, stand and ring; answers that leave through the gate; replies that find their ticket."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest
from sqlalchemy import select, text

from app.access.models import PersonRow
from app.contacts.models import Contact
from app.core import attention, clock
from app.core.errors import Invalid
from app.core.work import unit
from app.messages.models import Message
from app.support import queries, service
from app.support.models import Ticket, TicketEntry
from app.support.service import handover
from app.tasks.models import Task
from app.team import service as team
from app.team.models import Member, Notice
from tests.contacting import AFTERNOON, a_lead, acting, at
from tests.drive import drain
from tests.leads.making import kinds
from tests.support.making import SLUG, a_ticket, stands, wrote

pytestmark = pytest.mark.anyio
PATH = "/agent/tickets"


async def rows(cast, statement):
    async with unit(tenant=cast.tenants[SLUG]) as work:
        return list(await work.scalars(statement))


async def sent(cast):
    return await rows(cast, select(Message).where(Message.direction == "out").order_by(Message.at, Message.id))


async def answer(cast, ticket, words="We send another.", **more):
    luis = await cast.browser(SLUG, "luis")
    return await luis.post(f"{PATH}/{ticket.id}/reply", {"text": words, "channel": "email", "then": "waiting", **more})


async def test_a_ticket_has_a_number_targets_and_its_leads_owner(cast):
    with at():
        ticket, lead = await a_ticket(cast)
        other, _ = await a_ticket(cast, lead=lead)
    assert (ticket.number, other.number) == (1001, 1002)
    assert ticket.assignee_id == lead.owner_id and ticket.state == "new"
    # Four hours of a day that ends at 6 pm, from 2:30 pm: half an hour is left for tomorrow, from 9 am.
    assert ticket.first_due_at == AFTERNOON + timedelta(hours=3, minutes=30) + timedelta(hours=15, minutes=30)
    assert ticket.next_due_at == ticket.first_due_at < ticket.due_at
    assert "ticket.opened" in await kinds(cast, lead.id, SLUG)


async def test_many_at_once_get_numbers_without_gaps(cast):
    lead = await a_lead(cast, SLUG)
    made = await asyncio.gather(*(a_ticket(cast, lead=lead) for _ in range(8)))
    assert sorted(ticket.number for ticket, _ in made) == list(range(1001, 1009))


async def test_an_answer_leaves_by_mail_stops_the_first_clock_and_lets_the_other_stand(cast):
    with at():
        ticket, _ = await a_ticket(cast)
        assert (await answer(cast, ticket)).status_code == 303
    (message,) = await sent(cast)
    assert (message.state, message.purpose, message.cause) == ("queued", "transactional", {"ticket": str(ticket.id)})
    assert message.subject == "Re: The kettle leaks [#1001]"
    now = await stands(cast, ticket.id)
    assert (now.state, now.first_at, now.due_at, now.next_due_at) == ("waiting", AFTERNOON, None, None)
    assert now.resolve_left == 1440 * 60
    with at(AFTERNOON + timedelta(days=3)):
        assert (await drain(cast.runtime, cast.tenants[SLUG]))["failed"] == 0
    assert (await stands(cast, ticket.id)).missed_at is None


async def test_pressing_twice_answers_once(cast):
    with at():
        ticket, _ = await a_ticket(cast)
        key = str(uuid4())
        for _ in range(2):
            assert (await answer(cast, ticket, once=key)).status_code == 303
    assert len(await sent(cast)) == 1
    assert len(await rows(cast, select(TicketEntry).where(TicketEntry.kind == "staff"))) == 1


async def test_a_reply_by_mail_finds_its_ticket_and_the_clock_goes_on_from_what_was_left(cast):
    with at():
        ticket, lead = await a_ticket(cast)
        await answer(cast, ticket)
        (mail,) = await sent(cast)
    later = AFTERNOON + timedelta(days=1)
    with at(later):
        await wrote(cast, "Still dripping.", about=mail)
    now = await stands(cast, ticket.id)
    assert now.state == "open" and now.resolve_left is None
    # 24 hours of business time in days of nine: three and a half, three and a half nights.
    assert now.due_at > later + timedelta(days=2)
    (entry,) = await rows(cast, select(TicketEntry).where(TicketEntry.body == "Still dripping."))
    assert (entry.ticket_id, entry.kind, entry.channel) == (ticket.id, "customer", "email")
    assert "ticket.received" in await kinds(cast, lead.id, SLUG)
    notices = await rows(cast, select(Notice).where(Notice.kind == "ticket.received"))
    assert [notice.person_id for notice in notices] == [lead.owner_id]


async def test_a_reply_is_found_by_the_number_in_its_subject_too_but_not_by_somebody_elses(cast):
    with at():
        ticket, _ = await a_ticket(cast)
        await wrote(cast, "By number.", subject=f"AW: kettle [#{ticket.number}]")
        stranger = await a_lead(cast, SLUG, email="eve@example.net", phone="+17275550199")
        foreign, _ = await a_ticket(cast, lead=stranger)
        await wrote(cast, "Not mine.", subject=f"[#{foreign.number}]")
    places = {entry.body: entry.ticket_id for entry in await rows(cast, select(TicketEntry))}
    assert places["By number."] == ticket.id
    assert places["Not mine."] not in (foreign.id, ticket.id)


async def test_what_belongs_to_no_ticket_opens_one_where_the_tenant_wants_that(cast):
    with at():
        lead = await a_lead(cast, SLUG)
        await wrote(cast, "Where is my parcel?", subject="Parcel")
    (ticket,) = await rows(cast, select(Ticket))
    assert (ticket.subject, ticket.contact_id, ticket.channel, ticket.lead_id) == (
        "Parcel",
        lead.contact_id,
        "email",
        lead.id,
    )
    async with acting(cast, SLUG, "ada") as work:
        known = await service.settings(work)
        from msgspec.structs import replace

        await service.put_settings(work, replace(known, from_messages=False))
    with at(AFTERNOON + timedelta(hours=1)):
        await wrote(cast, "Another thing")
    assert len(await rows(cast, select(Ticket))) == 1


async def test_a_solved_one_opens_again_and_a_closed_one_gets_a_successor(cast):
    with at():
        ticket, _ = await a_ticket(cast)
        await answer(cast, ticket, then="solved")
        (mail,) = await sent(cast)
        await wrote(cast, "It is not.", about=mail)
    assert ((await stands(cast, ticket.id)).state, (await stands(cast, ticket.id)).reopened) == ("open", 1)
    luis = await cast.browser(SLUG, "luis")
    with at():
        await luis.post(f"{PATH}/{ticket.id}/state", {"state": "closed"})
        await wrote(cast, "Again.", about=mail)
    after = await rows(cast, select(Ticket).where(Ticket.follows == ticket.id))
    assert [one.state for one in after] == ["new"] and (await stands(cast, ticket.id)).state == "closed"


async def test_the_clock_warns_before_the_minute_and_tells_the_managers_at_it_once(cast):
    with at():
        ticket, lead = await a_ticket(cast, priority="urgent")  # 15 minutes, around the clock
    tenant = cast.tenants[SLUG]
    with at(AFTERNOON + timedelta(minutes=11)):
        await drain(cast.runtime, tenant)
    assert await rows(cast, select(Notice).where(Notice.kind == "ticket.due_soon")) == []
    with at(AFTERNOON + timedelta(minutes=12)):
        await drain(cast.runtime, tenant)
    (soon,) = await rows(cast, select(Notice).where(Notice.kind == "ticket.due_soon"))
    assert soon.person_id == lead.owner_id
    with at(AFTERNOON + timedelta(minutes=15)):
        await drain(cast.runtime, tenant)
        await drain(cast.runtime, tenant)
    told = await rows(cast, select(Notice).where(Notice.kind == "ticket.missed"))
    assert len(told) == 2 and lead.owner_id in {notice.person_id for notice in told}  # the assignee and the admin
    assert (await stands(cast, ticket.id)).first_missed_at == AFTERNOON + timedelta(minutes=15)
    with at(AFTERNOON + timedelta(minutes=16)):
        await answer(cast, ticket, then="open")
    with at(AFTERNOON + timedelta(hours=5)):
        await drain(cast.runtime, tenant)
    assert (await stands(cast, ticket.id)).missed_at is not None
    assert "ticket.missed" in await kinds(cast, lead.id, SLUG)


async def test_an_answered_ticket_rings_no_more(cast):
    with at():
        ticket, _ = await a_ticket(cast, priority="urgent")
        await answer(cast, ticket, then="solved")
        async with unit(tenant=cast.tenants[SLUG]) as work:
            waiting = await work.scalar(text("select count(*) from spine.agenda where kind = 'support.alarm'"))
    assert waiting == 0


async def test_another_priority_gives_the_new_promise_less_the_time_used(cast):
    with at():
        ticket, _ = await a_ticket(cast)
    with at(AFTERNOON + timedelta(minutes=30)):
        luis = await cast.browser(SLUG, "luis")
        await luis.post(f"{PATH}/{ticket.id}/facts", {"priority": "high"})  # one hour instead of four
    assert (await stands(cast, ticket.id)).first_due_at == AFTERNOON + timedelta(minutes=60)


async def test_holidays_do_not_count(cast):
    from app.core import config

    async with acting(cast, SLUG, "ada") as work:
        await config.put(work, "holidays", [{"date": "2026-03-11", "name": "Founder's day"}, "2026-03-12"])
    with at():
        ticket, _ = await a_ticket(cast)
    assert ticket.first_due_at == AFTERNOON + timedelta(days=2, hours=19)


async def test_a_refused_answer_is_kept_shown_and_counts_for_nothing(cast):
    from app.compliance import service as compliance

    with at():
        ticket, lead = await a_ticket(cast, channel="sms")
        async with acting(cast, SLUG) as work:
            await compliance.opt_out(
                work, contact_id=lead.contact_id, phone="+17275550142", channel="sms", words="STOP", how="reply"
            )
        await answer(cast, ticket, channel="sms")
        now = await stands(cast, ticket.id)
        luis = await cast.browser(SLUG, "luis")
        page = (await luis.get(f"{PATH}/{ticket.id}")).text
    assert (now.state, now.first_at) == ("new", None)
    assert "Refused" in page and "We send another." in page


async def test_merging_moves_the_talk_and_later_replies(cast):
    with at():
        first, lead = await a_ticket(cast)
        second, _ = await a_ticket(cast, lead=lead, subject="Kettle again", body="Again!")
        await answer(cast, second)
        (mail,) = await sent(cast)
        luis = await cast.browser(SLUG, "luis")
        done = await luis.post(f"{PATH}/{second.id}/merge", {"into": str(first.id)})
        assert done.headers["location"] == f"{PATH}/{first.id}"
        await wrote(cast, "To the old one.", about=mail)
        assert (await luis.get(f"{PATH}/{second.id}")).headers["location"] == f"{PATH}/{first.id}"
    entries = await rows(cast, select(TicketEntry.body).where(TicketEntry.ticket_id == first.id))
    assert {"It drips.", "Again!", "To the old one."} <= set(entries)
    stranger = await a_lead(cast, SLUG, email="eve@example.net", phone="+17275550199")
    other, _ = await a_ticket(cast, lead=stranger)
    async with acting(cast, SLUG) as work:
        with pytest.raises(Invalid, match="same customer"):
            await service.merge(work, first.id, other.id)


async def test_a_rating_takes_one_press_and_a_low_one_makes_a_task(cast):
    with at():
        ticket, lead = await a_ticket(cast)
        await answer(cast, ticket, then="solved")
    with at(AFTERNOON + timedelta(hours=1)):
        await drain(cast.runtime, cast.tenants[SLUG])
        await drain(cast.runtime, cast.tenants[SLUG])
    asked = [message for message in await sent(cast) if "How did we do" in message.subject]
    assert len(asked) == 1
    path = "/rate/" + asked[0].button["link"].rpartition("/")[2]
    visitor = cast.visitor(SLUG)
    assert (await visitor.get(path)).status_code == 200
    assert (await stands(cast, ticket.id)).rating is None, "looking rates nothing"
    assert (await visitor.client.post(path, data={"rating": "9"})).status_code == 422
    for _ in range(2):
        assert (await visitor.client.post(path, data={"rating": "1"})).status_code == 200
    tasks = await rows(cast, select(Task).where(Task.entity_id == lead.id))
    assert [(task.title, task.assignee_id) for task in tasks] == [
        ("Ask what went wrong on ticket #1001", lead.owner_id)
    ]
    await visitor.client.post(path, data={"note": "Nobody called"})
    now = await stands(cast, ticket.id)
    assert (now.rating, now.rating_note) == (1, "Nobody called")
    assert (await visitor.get("/rate/nothing-like-it")).status_code == 404


async def test_a_rating_is_asked_for_in_the_customers_language(cast):
    with at():
        ticket, _ = await a_ticket(cast)
        async with unit(tenant=cast.tenants[SLUG]) as work:
            (await work.get_one(Contact, ticket.contact_id)).language = "es"
        await answer(cast, ticket, then="solved")
    with at(AFTERNOON + timedelta(hours=1)):
        await drain(cast.runtime, cast.tenants[SLUG])
        await drain(cast.runtime, cast.tenants[SLUG])
    assert [message.subject for message in await sent(cast) if "[#" in message.subject][
        -1
    ] == "¿Cómo lo hicimos? [#1001]"


async def test_what_stays_solved_for_a_week_is_closed(cast):
    with at():
        ticket, _ = await a_ticket(cast)
        await answer(cast, ticket, then="solved")
    with at(AFTERNOON + timedelta(days=7, minutes=1)):
        await drain(cast.runtime, cast.tenants[SLUG])
    assert (await stands(cast, ticket.id)).state == "closed"


async def test_the_queue_shows_the_nearest_target_first_within_ones_reach(cast):
    with at():
        lead = await a_lead(cast, SLUG)
        late, _ = await a_ticket(cast, lead=lead, priority="urgent", subject="Fire")
        slow, _ = await a_ticket(cast, lead=lead, priority="low", subject="A question")
        hers, _ = await a_ticket(cast, owner="maria", subject="Marias own")
        async with acting(cast, SLUG) as work:
            found, after = await queries.listing(work, work.person, queries.Asked(limit=2))
            onward, _ = await queries.listing(work, work.person, queries.Asked(limit=2, cursor=after))
            assert [row.ticket.id for row in found + onward] == [late.id, hers.id, slow.id]
        luis, ada = await cast.browser(SLUG, "luis"), await cast.browser(SLUG, "ada")
        page = (await luis.get(PATH)).text
        assert "Fire" in page and "Marias own" not in page
        assert "Marias own" in (await ada.get(PATH)).text
        assert (await luis.get(f"{PATH}/{hers.id}")).status_code == 404
        assert (await ada.get(f"{PATH}/{hers.id}")).status_code == 200
        done = await luis.post(
            f"{PATH}/many", {"ids": [str(slow.id), str(hers.id)], "verb": "state", "state": "solved"}
        )
        assert done.status_code == 303
    assert (await stands(cast, slow.id)).state == "solved"
    assert (await stands(cast, hers.id)).state == "new", "out of reach is left alone"


async def test_a_macro_fills_the_answer_with_this_customers_name(cast):
    with at():
        ticket, _ = await a_ticket(cast)
        luis = await cast.browser(SLUG, "luis")
        page = (await luis.get(f"{PATH}/{ticket.id}?macro=need_order")).text
    assert "Hello Dana, could you tell me the order number?" in page


async def test_an_empty_answer_is_refused_and_a_note_stays_among_us(cast):
    with at():
        ticket, _ = await a_ticket(cast)
        refused = await answer(cast, ticket, " ")
        assert refused.status_code == 422 and "Write the answer first." in refused.text
        luis = await cast.browser(SLUG, "luis")
        assert (await luis.post(f"{PATH}/{ticket.id}/notes", {"note": "A difficult one"})).status_code == 303
        assert "A difficult one" in (await luis.get(f"{PATH}/{ticket.id}")).text
    assert await sent(cast) == []


async def test_targets_are_set_on_a_page_by_those_who_may(cast):
    ada, luis = await cast.browser(SLUG, "ada"), await cast.browser(SLUG, "luis")
    assert (await luis.get("/admin/tickets")).status_code == 404
    given = {
        f"{name}-{what}": "1h 30m" if what == "first" else "2d"
        for name in ("urgent", "high", "normal", "low")
        for what in ("first", "resolve")
    }
    given |= {"categories": "Broken\nLate", "macro-label": "Hi", "macro-body": "Hello"}
    wrong = await ada.post("/admin/tickets", {**given, "low-first": "soon"})
    assert wrong.status_code == 422 and "Say how long as 30m, 4h or 2d." in wrong.text and "soon" in wrong.text
    assert (await ada.post("/admin/tickets", given)).status_code == 303
    async with unit(tenant=cast.tenants[SLUG]) as work:
        known = await service.settings(work)
    assert (known.priority("low").first, known.priority("low").resolve) == (90, 2880)
    assert known.categories == [("broken", "Broken"), ("late", "Late")]
    assert not known.from_messages, "an unticked box is off"


async def a_team(cast, *names):
    async with unit(tenant=cast.tenants[SLUG]) as work:
        group = await team.create_team(work, "Repairs")
        for name in names:
            person = await work.scalar(select(PersonRow.id).where(PersonRow.email == f"{name}@example.com"))
            await work.merge(Member(person_id=person, team_id=group.id, updated_at=clock.now()))
        return group.id


async def test_a_ticket_for_a_team_is_seen_by_its_people_alone_and_taken_by_one(cast):
    with at():
        ticket, _ = await a_ticket(cast)
        group = await a_team(cast, "maria")
        ada, luis, maria = [await cast.browser(SLUG, name) for name in ("ada", "luis", "maria")]
        url = f"{PATH}/{ticket.id}"
        assert (await maria.get(url)).status_code == 404
        for wrong, status in (("team:nonsense", 422), (f"team:{uuid4()}", 404)):
            assert (await ada.post(f"{url}/facts", {"assignee_id": wrong})).status_code == status
        for _ in range(2):
            assert (await ada.post(f"{url}/facts", {"assignee_id": f"team:{group}"})).status_code == 303
        assert "The kettle leaks" in (await maria.get(f"{PATH}?view=team")).text
        assert (await luis.get(url)).status_code == 404, "he had it before, and is no member"
        assert "Repairs" in (await ada.get(PATH)).text
        assert "The kettle leaks" not in (await ada.get(f"{PATH}?view=unassigned")).text
        told = await rows(cast, select(Notice).where(Notice.kind == "ticket.team"))
        assert len(told) == 1, "her team is told once"
        given = {"text": "I look at it.", "channel": "email", "then": "waiting"}
        assert (await maria.post(f"{url}/reply", given)).status_code == 303
    now = await stands(cast, ticket.id)
    assert now.assignee_id is not None and now.team_id == group
    async with unit(tenant=cast.tenants[SLUG]) as work:
        assert await handover.give(work, now.assignee_id, None, 10) == 1
    left = await stands(cast, ticket.id)
    assert (left.assignee_id, left.team_id) == (None, group), "whoever leaves gives it back to the team"


async def test_late_and_free_tickets_are_told_on_the_home_and_lead_to_as_many_rows(cast):
    with at():
        _, lead = await a_ticket(cast, priority="urgent")
        free, _ = await a_ticket(cast, lead=lead, subject="Whose is it?")
        async with acting(cast, SLUG) as work:
            await service.assign(work, free.id, None)
    with at(AFTERNOON + timedelta(days=1)):
        async with acting(cast, SLUG) as work:
            told = {need.url: need for need in await attention.needs(work, work.person)}
            for tab, sentence in (("late", "2 tickets are late"), ("unassigned", "1 ticket is with nobody")):
                need = told[f"{PATH}?view={tab}"]
                found, _ = await queries.listing(work, work.person, queries.Asked(tab=tab))
                assert (need.sentence, need.count) == (sentence, len(found))
            humble = msgspec.structs.replace(work.person, permissions=frozenset({"leads.view"}))
            assert not [each for each in await attention.needs(work, humble) if "tickets" in each.url]
