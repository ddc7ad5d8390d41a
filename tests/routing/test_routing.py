"""From arrival to an owner: decisions, their fairness under concurrency, offers that move on, and their
words.
"""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from app.core import agenda, clock, config
from app.core.agenda.perform import perform_by_schema
from app.core.agenda.relay import take
from app.core.work import unit
from app.leads import service as leads
from app.leads.models import Lead
from app.routing import service
from app.routing.models import Decision, LeadOffer, new_rule, told
from app.routing.models.rules import Step

pytestmark = pytest.mark.anyio


async def last(floor, lead_id) -> Decision:
    found = select(Decision).where(Decision.lead_id == lead_id).order_by(Decision.id.desc())
    return (await floor.rows(found))[0]


async def offers(floor, lead_id):
    found = select(LeadOffer).where(LeadOffer.lead_id == lead_id).order_by(LeadOffer.id)
    return [(offer.person_id, offer.state) for offer in await floor.rows(found)]


async def settings(floor, **values):
    async with unit(tenant=floor.tenant) as work:
        await config.put(work, "routing", {**await config.get(work, "routing"), **values})


async def test_a_lead_goes_to_whoever_is_ready_and_the_decision_says_why(floor):
    await floor.ready("luis")
    lead_id = await floor.lead()
    await floor.drain()
    luis = await floor.person("luis")
    assert await floor.owner(lead_id) == luis
    decision = await last(floor, lead_id)
    assert (decision.outcome, decision.rule, decision.winner_id) == ("assigned", "Everybody in turn", luis)
    assert (
        told(decision).sentence
        == "Everybody in turn: of 2 people; Maria Chen is away. Luis Ortega: was the only one left."
    )
    assert [trace["rule"] for trace in decision.trace] == [
        "Spanish speakers",
        "Large debts",
        "Everybody in turn",
    ]
    assert await offers(floor, lead_id) == [(luis, "open")]


async def test_with_nobody_ready_it_waits_and_goes_out_when_somebody_is(floor):
    lead_id = await floor.lead()
    await floor.drain()
    assert await floor.owner(lead_id) is None
    decision = await last(floor, lead_id)
    assert decision.outcome == "nobody" and told(decision).sentence.endswith("so anyone may take it.")
    await floor.ready("maria")
    await floor.drain()
    assert await floor.owner(lead_id) == await floor.person("maria")


async def test_looking_again_for_the_same_reason_is_not_written_twice(floor, noon):
    lead_id = await floor.lead()
    await floor.drain()
    await floor.drain(noon + timedelta(minutes=11))
    await floor.drain(noon + timedelta(minutes=22))
    assert len(await floor.rows(select(Decision.id).where(Decision.lead_id == lead_id))) == 1
    async with unit(tenant=floor.tenant) as work:
        waiting = await work.scalar(text("select count(*) from spine.agenda where kind = 'routing.route'"))
    assert waiting == 1


async def test_tests_and_owned_leads_are_left_alone(floor):
    await floor.ready("luis")
    test, owned = await floor.lead(101, test=True), await floor.lead(102, owner_id=await floor.person("ada"))
    routed = await floor.lead(103)
    await floor.drain()
    assert await floor.owner(test) is None and await floor.owner(owned) == await floor.person("ada")
    assert await floor.owner(routed) == await floor.person("luis")
    assert {row.lead_id for row in await floor.rows(select(Decision))} == {routed}


@pytest.mark.parametrize(("weights", "expected"), [((1, 1), (10, 10)), ((3, 1), (15, 5))])
async def test_many_at_once_are_shared_out_fairly(floor, weights, expected):
    """All jobs run at the same moment; turns are counted one after the other all the same."""
    await floor.ready("luis", "maria")
    for first, weight in zip(("luis", "maria"), weights, strict=True):
        await floor.member(first, weight=weight)
    ids = [await floor.lead(100 + number) for number in range(20)]
    await at_the_same_moment(floor)
    await at_the_same_moment(floor)
    owners = Counter([await floor.owner(lead_id) for lead_id in ids])
    assert (owners[await floor.person("luis")], owners[await floor.person("maria")]) == expected


async def at_the_same_moment(floor):
    relay = floor.runtime.directory.relay("default")
    while rows := [row for row in await take(relay, clock.now()) if row.tenant_role == floor.tenant.schema]:
        done = await asyncio.gather(*(perform_by_schema(row.tenant_role, row.id, row.lease) for row in rows))
        assert set(done) == {"done"}


async def test_nobody_gets_more_than_the_cap_however_many_come_at_once(floor):
    await floor.ready("luis", "maria")
    await floor.member("luis", cap=3)
    await floor.member("maria", cap=2)
    ids = [await floor.lead(100 + number) for number in range(12)]
    await at_the_same_moment(floor)
    await at_the_same_moment(floor)
    owners = Counter([await floor.owner(lead_id) for lead_id in ids])
    assert owners == {await floor.person("luis"): 3, await floor.person("maria"): 2, None: 7}


async def test_skills_territories_and_languages_come_from_the_team(floor):
    await floor.ready("luis", "maria")
    await floor.member("luis", territories=["GA"], languages=["en"])
    await floor.member("maria", languages=["en", "es"])
    florida, spanish = (
        await floor.lead(101),
        await floor.lead(102, person={"language": "es", "state": "GA", "zip": "30303"}),
    )
    await floor.drain()
    maria = await floor.person("maria")
    assert await floor.owner(florida) == await floor.owner(spanish) == maria
    assert "Luis Ortega does not cover FL" in told(await last(floor, florida)).sentence
    assert (await last(floor, spanish)).rule == "Spanish speakers"


async def test_a_known_person_goes_back_to_whoever_looked_after_them(floor):
    await floor.ready("luis", "maria")
    for number in (101, 102):
        await floor.lead(number, owner_id=await floor.person("maria"))
    again = [await floor.lead(number, source="again") for number in (101, 102)]
    await floor.drain()
    assert [await floor.owner(lead_id) for lead_id in again] == [await floor.person("maria")] * 2
    assert "Maria Chen: looked after this person before." in told(await last(floor, again[0])).sentence


# --- offers


async def test_an_offer_that_is_not_taken_moves_on_and_is_counted(floor, noon):
    await floor.ready("luis", "maria")
    lead_id = await floor.lead()
    await floor.drain()
    first = await floor.owner(lead_id)
    await floor.over(lead_id, timedelta(seconds=-1))
    assert await floor.owner(lead_id) == first
    await floor.over(lead_id)
    second = await floor.owner(lead_id)
    assert second not in (None, first)
    assert await offers(floor, lead_id) == [(first, "expired"), (second, "open")]
    assert "let it pass" in told(await last(floor, lead_id)).sentence
    await floor.over(lead_id)
    assert await floor.owner(lead_id) is None
    assert [state for _, state in await offers(floor, lead_id)] == ["expired", "expired"]


async def test_after_so_many_moves_it_is_anybodys(floor, noon):
    await settings(floor, moves=1)
    await floor.ready("luis", "maria")
    lead_id = await floor.lead()
    await floor.drain()
    await floor.over(lead_id)
    assert await floor.owner(lead_id) is None
    assert told(await last(floor, lead_id)).sentence == "Several people let it pass, so anyone may take it."


async def test_an_accepted_lead_stays(floor, noon):
    await floor.ready("luis", "maria")
    lead_id = await floor.lead()
    await floor.drain()
    owner = await floor.owner(lead_id)
    first = "luis" if owner == await floor.person("luis") else "maria"
    browser = await floor.cast.browser("harbor", first)
    taken = await browser.post(f"/agent/queue/{lead_id}/take")
    assert taken.status_code == 303 and taken.headers["Location"] == f"/agent?lead={lead_id}"
    await floor.drain(noon + timedelta(hours=2))
    assert await floor.owner(lead_id) == owner and await offers(floor, lead_id) == [(owner, "accepted")]


async def test_working_on_it_is_accepting_it(floor, noon):
    await floor.ready("luis")
    lead_id = await floor.lead()
    await floor.drain()
    browser = await floor.cast.browser("harbor", "luis")
    await browser.post(f"/agent/leads/{lead_id}/notes", {"body": "Wants to talk at five."})
    assert await offers(floor, lead_id) == [(await floor.person("luis"), "accepted")]


async def test_passing_gives_it_to_the_next(floor):
    await floor.ready("luis", "maria")
    lead_id = await floor.lead()
    await floor.drain()
    owner = await floor.owner(lead_id)
    first, other = ("luis", "maria") if owner == await floor.person("luis") else ("maria", "luis")
    await (await floor.cast.browser("harbor", first)).post(f"/agent/queue/{lead_id}/skip")
    await floor.drain()
    assert await floor.owner(lead_id) == await floor.person(other)
    assert [state for _, state in await offers(floor, lead_id)] == ["passed", "open"]


async def test_given_to_somebody_by_hand_the_offer_is_over(floor, noon):
    await floor.ready("luis")
    lead_id = await floor.lead()
    await floor.drain()
    async with unit(tenant=floor.tenant) as work:
        await leads.assign(work, lead_id, await floor.person("ada"))
    await floor.drain(noon + timedelta(hours=1))
    assert await floor.owner(lead_id) == await floor.person("ada")
    assert [state for _, state in await offers(floor, lead_id)] == ["withdrawn"]


async def test_a_lead_that_is_lost_meanwhile_keeps_its_owner(floor, noon):
    await floor.ready("luis")
    lead_id = await floor.lead()
    await floor.drain()
    async with unit(tenant=floor.tenant) as work:
        await leads.change_stage(work, lead_id, "lost", {"lost_reason": "other_company"})
    await floor.drain(noon + timedelta(hours=1))
    assert await floor.owner(lead_id) == await floor.person("luis")
    assert [state for _, state in await offers(floor, lead_id)] == ["withdrawn"]


async def test_outside_somebodys_hours_the_time_starts_with_the_next_ones(floor, noon):
    """It is Thursday, 3 pm; Luis works from 4 pm and is ready already."""
    await floor.ready("luis")
    await floor.member("luis", hours={"thu": [["16:00", "20:00"]]}, zone="America/New_York")
    lead_id = await floor.lead()
    await floor.drain()
    (offer,) = await floor.rows(select(LeadOffer))
    assert offer.expires_at == noon + timedelta(hours=1, seconds=120)
    assert await floor.owner(lead_id) == await floor.person("luis")


async def test_without_a_time_to_accept_it_is_accepted(floor):
    await settings(floor, accept_seconds=0)
    await floor.ready("luis")
    lead_id = await floor.lead()
    await floor.drain()
    (lead,) = await floor.rows(select(Lead).where(Lead.id == lead_id))
    assert lead.accepted_at is not None and await offers(floor, lead_id) == []


async def test_of_many_who_take_one_lead_one_wins(floor):
    lead_id = await floor.lead()
    luis, maria = await floor.cast.browser("harbor", "luis"), await floor.cast.browser("harbor", "maria")
    answers = await asyncio.gather(*(browser.post(f"/agent/queue/{lead_id}/take") for browser in [luis, maria] * 6))
    by_luis = {answer.status_code for answer in answers[::2]}
    by_maria = {answer.status_code for answer in answers[1::2]}
    assert sorted([*by_luis, *by_maria]) == [303, 409]
    claimed = await floor.rows(text("select id from events where kind = 'lead.claimed'"))
    assert len(claimed) == 1


async def test_an_offer_and_its_end_at_the_same_moment_leave_one_outcome(floor, noon):
    await floor.ready("luis")
    lead_id = await floor.lead()
    await floor.drain()
    (offer,) = await floor.rows(select(LeadOffer))
    luis = await floor.cast.browser("harbor", "luis")

    async def time_is_up():
        async with unit(tenant=floor.tenant) as work:
            await service.expire(work, offer.id)

    await asyncio.gather(*(time_is_up() for _ in range(4)), luis.post(f"/agent/queue/{lead_id}/take"))
    ((_, state),) = await offers(floor, lead_id)
    owner = await floor.owner(lead_id)
    assert (state, owner) in [
        ("accepted", await floor.person("luis")),
        ("expired", None),
        ("expired", await floor.person("luis")),
    ]
    events = await floor.rows(text("select kind from events where kind in ('lead.accepted', 'lead.offer_expired')"))
    assert len(events) == 1


# --- rules


async def test_a_draft_counts_once_it_is_published_and_back_is_one_step(floor):
    await floor.ready("luis", "maria")
    rule = new_rule("Only Maria")
    maria = await floor.person("maria")
    async with unit(tenant=floor.tenant) as work:
        changed = type(rule)(id=rule.id, name=rule.name, people=(maria,), steps=(Step("presence"),))
        await service.save_rule(work, changed)
        for _ in range(5):
            await service.move_rule(work, rule.id, -1)
    before = [await floor.lead(number) for number in (101, 102)]
    await floor.drain()
    assert {await floor.owner(lead_id) for lead_id in before} == {maria, await floor.person("luis")}
    async with unit(tenant=floor.tenant) as work:
        made = await service.publish(work)
        assert (made.version, made.state) == (2, "live")
    after = [await floor.lead(number) for number in (103, 104, 105)]
    await floor.drain()
    assert {await floor.owner(lead_id) for lead_id in after} == {maria}
    async with unit(tenant=floor.tenant) as work:
        assert (await service.go_back(work, 1)).version == 3
    again = [await floor.lead(number) for number in (106, 107)]
    await floor.drain()
    assert {await floor.owner(lead_id) for lead_id in again} == {maria, await floor.person("luis")}


async def test_publishing_twice_at_once_makes_one_version(floor):
    async with unit(tenant=floor.tenant) as work:
        await service.draft(work)

    async def publish():
        async with unit(tenant=floor.tenant) as work:
            return (await service.publish(work)).version

    assert set(await asyncio.gather(*(publish() for _ in range(4)))) == {2}


async def test_a_rule_whose_field_is_gone_sleeps(floor):
    await floor.ready("luis")
    async with unit(tenant=floor.tenant) as work:
        row = await service.draft(work)
        row.rules = [
            {**rule, "when": {"field": "gone", "op": "eq", "value": "x"}} for rule in row.rules[:1]
        ] + row.rules[1:]
        row.state = "past"
        await work.flush()
        await work.execute(text("update routing_rules set state = 'past' where state = 'live'"))
        row.state = "live"
    lead_id = await floor.lead()
    await floor.drain()
    assert await floor.owner(lead_id) == await floor.person("luis")


async def test_how_long_people_waited_is_measured(floor, noon):
    from app.routing import queries

    ids = [await floor.lead(number, owner_id=await floor.person("luis")) for number in (101, 102, 103)]
    async with unit(tenant=floor.tenant) as work:
        for lead_id, minutes in zip(ids, (1, 3, 20), strict=True):
            created = await work.scalar(select(Lead.created_at).where(Lead.id == lead_id))
            await leads.touch_contacted(work, lead_id, created + timedelta(minutes=minutes))
        assert await queries.speed_to_lead(work, noon) == (3, 180.0)
        assert await queries.speed_to_lead(work, noon, await floor.person("maria")) == (0, None)


async def test_jobs_of_a_lead_that_is_gone_do_nothing(floor):
    await floor.ready("luis")
    lead_id = await floor.lead()
    async with unit(tenant=floor.tenant) as work:
        await leads.delete(work, lead_id)
        await agenda.add(work, "routing.route", lead_id, "again")
        await agenda.add(work, "routing.expire_offer", lead_id)
    assert set(await floor.drain()) == {"done"}
    async with unit(tenant=floor.tenant) as work:
        assert await work.scalar(select(func.count()).select_from(Decision)) == 0


async def test_nobody_takes_what_is_somebody_elses(floor):
    lead_id = await floor.lead(owner_id=await floor.person("maria"))
    for first in ("ada", "luis"):
        browser = await floor.cast.browser("harbor", first)
        assert (await browser.post(f"/agent/queue/{lead_id}/take")).status_code == 409
    assert await floor.owner(lead_id) == await floor.person("maria")
