"""Injury intake: questions, the last day with its alarms, the conflict check before the facts, declining, referring."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from app.core import config
from app.core.errors import Invalid
from app.core.work import unit
from app.leads.models import Lead, Stage
from app.messages.models import Message
from app.screening import service
from app.screening.models import Referral, Screening
from app.tasks.models import Task
from app.team.models import Notice
from tests.contacting import AFTERNOON, a_lead, acting, at
from tests.drive import drain
from tests.leads.making import kinds
from tests.leads.making import row as lead_row

pytestmark = pytest.mark.anyio
SLUG = "keystone"
FIRMS = [
    {"name": "oak", "label": "Oak & Partners", "email": "", "phone": "", "states": ["TX"]},
    {"name": "elm", "label": "Elm Law", "email": "", "phone": "", "states": []},
]


def url(lead):
    return f"/agent/leads/{lead.id}/screening"


async def rows(cast, statement):
    async with unit(tenant=cast.tenants[SLUG]) as work:
        return list(await work.scalars(statement))


async def screening(cast, lead):
    found = await rows(cast, select(Screening).where(Screening.lead_id == lead.id))
    return found[0] if found else None


async def an_intake(cast, **values):
    custom = {"incident_date": date(2026, 1, 10), "incident_state": "TX", **values.pop("custom", {})}
    return await a_lead(cast, SLUG, custom=custom, **values)


async def checked(cast, lead, *names, who="luis"):
    browser = await cast.browser(SLUG, who)
    given = {"party-name": list(names), "party-role": ["driver"] * len(names)}
    return await browser.post(f"{url(lead)}/check", given)


async def test_facts_are_read_only_after_a_clear_check(cast):
    with at():
        lead = await an_intake(cast, custom={"description": "He ran the red light", "injured": True})
        luis = await cast.browser(SLUG, "luis")
        page = (await luis.get(f"/agent/leads/{lead.id}")).text
        assert "Jan 10, 2026" in page and "He ran the red light" not in page
        assert "Check for conflicts first" in (await luis.get(f"{url(lead)}?screen=accident")).text
        refused = await luis.post(f"{url(lead)}/answers", {"screen": "accident", "description": "x"})
        assert refused.status_code == 404
        assert (await luis.post(f"{url(lead)}/check", {"party-name": "", "party-role": "driver"})).status_code == 422
        assert (await checked(cast, lead, "Ron Redlight")).status_code == 303
        assert "He ran the red light" in (await luis.get(f"/agent/leads/{lead.id}")).text
        assert (await luis.post(f"{url(lead)}/answers", {"screen": "accident", "description": "x"})).status_code == 303
    assert (await screening(cast, lead)).conflict == "clear"
    assert (await lead_row(cast, lead.id, SLUG)).custom["description"] == "x"


async def test_questions_follow_from_answers_and_wrong_ones_are_kept_and_named(cast):
    with at():
        lead = await an_intake(cast)
        await checked(cast, lead, "Ron Redlight")
        luis = await cast.browser(SLUG, "luis")
        assert "Surgery" not in (await luis.get(f"{url(lead)}?screen=injury")).text
        given = {"screen": "injury", "injured": "yes", "treatment": "hospital", "stay": "1"}
        assert (await luis.post(f"{url(lead)}/answers", given)).status_code == 303
        assert "Surgery" in (await luis.get(f"{url(lead)}?screen=injury")).text
        wrong = await luis.post(f"{url(lead)}/answers", {"screen": "injury", "treated_within_days": "soon"})
        assert wrong.status_code == 422 and 'value="soon"' in wrong.text
        panel = (await luis.get(f"{url(lead)}/panel")).text
    assert "Needed for a decision" in panel and "Last day to file" in panel


async def test_a_known_name_waits_for_a_decision_and_a_conflict_locks_the_lead(cast):
    with at():
        known = await an_intake(cast, first_name="Robert", email="bob@example.net", phone="+17275550177")
        lead = await an_intake(cast)
        await checked(cast, lead, "REYES, Robert")
        row = await screening(cast, lead)
        assert row.conflict == "possible" and row.hits[0]["id"] == str(known.contact_id)
        told = await rows(cast, select(Notice).where(Notice.kind == "screening.conflict"))
        assert told, "those who decide are told"
        luis, ada = await cast.browser(SLUG, "luis"), await cast.browser(SLUG, "ada")
        assert (await luis.post(f"{url(lead)}/conflict", {"verdict": "clear", "why": "no"})).status_code == 404
        assert (await ada.post(f"{url(lead)}/conflict", {"verdict": "lock", "why": ""})).status_code == 422
        assert (
            await ada.post(f"{url(lead)}/conflict", {"verdict": "lock", "why": "We act for Robert"})
        ).status_code == 303
        for path in (f"/agent/leads/{lead.id}", url(lead), f"/agent/leads/{lead.id}/timeline"):
            assert (await luis.get(path)).status_code == 404
            assert (await ada.get(path)).status_code == 200
        assert str(lead.id) not in (await luis.get("/agent/leads")).text
        assert (await luis.get(f"/agent/leads/{known.id}")).status_code == 200
    assert {"screening.checked", "screening.locked"} <= set(await kinds(cast, lead.id, SLUG))
    assert (await lead_row(cast, lead.id, SLUG)).owner_id is None


async def test_being_the_other_side_of_another_case_is_found_too_and_can_be_cleared(cast):
    with at():
        first = await an_intake(cast, email="one@example.net", phone="+17275550171")
        await checked(cast, first, "Dana Reyes")  # everybody here is Dana Reyes; the first of them is against one
        second = await an_intake(cast, first_name="Dana")
        await checked(cast, second, "Somebody Else")
        row = await screening(cast, second)
        assert {hit["kind"] for hit in row.hits} == {"case"} and row.conflict == "possible"
        ada = await cast.browser(SLUG, "ada")
        assert (
            await ada.post(f"{url(second)}/conflict", {"verdict": "clear", "why": "Another Dana"})
        ).status_code == 303
        await checked(cast, second, "Somebody Else")
    assert (await screening(cast, second)).conflict == "cleared", "what was cleared is not asked again"


async def test_the_last_day_follows_the_facts_and_rings_when_it_comes_near(cast):
    with at():
        lead = await an_intake(cast)  # Texas: two years
        assert (await screening(cast, lead)).limit_on == date(2028, 1, 10)
        ada = await cast.browser(SLUG, "ada")
        await checked(cast, lead, "Ron Redlight", who="ada")
        answered = await ada.post(f"{url(lead)}/answers", {"screen": "basics", "incident_state": "TN"})
        assert answered.status_code == 303
    on = date(2027, 1, 10)
    assert (await screening(cast, lead)).limit_on == on
    async with unit(tenant=cast.tenants[SLUG]) as work:
        waiting = (await work.execute(text("select args from spine.agenda where kind = 'screening.alarm'"))).all()
    assert len(waiting) == 1, "only the next alarm waits"
    for days, expected in ((91, 0), (90, 1), (60, 2), (30, 3), (14, 4), (7, 5)):
        with at(AFTERNOON.replace(year=2027, month=1, day=10) - timedelta(days=days)):
            await drain(cast.runtime, cast.tenants[SLUG])
            await drain(cast.runtime, cast.tenants[SLUG])
        tasks = await rows(cast, select(Task).where(Task.entity_id == lead.id, Task.title.contains("to file")))
        assert len(tasks) == expected, days
    assert {task.assignee_id for task in tasks} == {lead.owner_id}
    with at(AFTERNOON.replace(year=2027, month=1, day=11)):
        panel = (await ada.get(f"{url(lead)}/panel")).text
    assert "passed" in panel and "Suggests: Past the deadline" in panel


async def test_nobody_outside_is_told_the_last_day(cast):
    from app.access import service as access
    from tests.world import PASSWORD

    with at():
        lead = await an_intake(cast)
        async with unit(tenant=cast.tenants[SLUG]) as work:
            await access.create_person(
                work, email="cleo@example.com", name="Cleo", role="client", password=PASSWORD, party_id=lead.contact_id
            )
        cleo, luis = await cast.browser(SLUG, "cleo"), await cast.browser(SLUG, "luis")
        for path in ("/portal", "/portal/program", "/portal/more"):
            page = (await cleo.get(path)).text
            assert "2028" not in page and "to file" not in page
        assert (await cleo.get("/agent/deadlines")).status_code == 404
        assert "Jan 10, 2028" in (await luis.get("/agent/deadlines")).text


async def test_an_administrator_corrects_a_rule_and_cases_are_computed_anew(cast):
    with at():
        lead = await an_intake(cast)
        luis, ada = await cast.browser(SLUG, "luis"), await cast.browser(SLUG, "ada")
        given = {"state": "TX", "years": "1", "first": "2020-01-01", "source": "Read at the statute, 3 March 2026"}
        assert (await luis.post("/admin/screening/rules", given)).status_code == 404
        wrong = await ada.post("/admin/screening/rules", {**given, "source": "", "years": "x"})
        assert wrong.status_code == 422 and "Enter whole years." in wrong.text
        assert (await ada.post("/admin/screening/rules", given)).status_code == 303
        await drain(cast.runtime, cast.tenants[SLUG])
        assert "corrected by Ada Admin" in (await ada.get("/admin/screening")).text
    assert (await screening(cast, lead)).limit_on == date(2027, 1, 10)


async def test_declining_keeps_the_reason_and_sends_a_letter_without_legal_advice(cast):
    with at():
        lead = await an_intake(cast, custom={"represented": True})
        luis = await cast.browser(SLUG, "luis")
        assert "Suggests: Has an attorney" in (await luis.get(url(lead))).text
        assert (await luis.post(f"{url(lead)}/decline", {"reason": "nonsense"})).status_code == 422
        for _ in range(2):
            done = await luis.post(f"{url(lead)}/decline", {"reason": "has_attorney", "letter": "1"})
            assert done.status_code == 303
    assert (await lead_row(cast, lead.id, SLUG)).lost_reason == "has_attorney"
    (letter,) = await rows(cast, select(Message).where(Message.direction == "out"))
    assert letter.state == "queued" and "attorney" in letter.body and "2028" not in letter.body


async def test_a_firm_has_seven_days_and_is_never_asked_twice(cast):
    async with acting(cast, SLUG, "ada") as work:
        await config.put(work, "law_firms", FIRMS)
    with at():
        lead = await an_intake(cast)
        luis = await cast.browser(SLUG, "luis")
        early = await luis.post(f"{url(lead)}/referrals", {"firm": "oak"})
        assert early.status_code == 422 and "Check for conflicts first" in early.text
        await checked(cast, lead, "Ron Redlight")
        assert (await luis.post(f"{url(lead)}/referrals", {"firm": "oak"})).status_code == 303
        second = await luis.post(f"{url(lead)}/referrals", {"firm": "elm"})
        assert second.status_code == 422 and "still has time" in second.text
    with at(AFTERNOON + timedelta(days=6, hours=23)):
        await drain(cast.runtime, cast.tenants[SLUG])
    assert [one.state for one in await rows(cast, select(Referral))] == ["offered"]
    with at(AFTERNOON + timedelta(days=7, minutes=1)):
        await drain(cast.runtime, cast.tenants[SLUG])
        assert [one.state for one in await rows(cast, select(Referral))] == ["expired"]
        again = await luis.post(f"{url(lead)}/referrals", {"firm": "oak"})
        assert again.status_code == 422 and "had this case already" in again.text
        assert (await luis.post(f"{url(lead)}/referrals", {"firm": "elm"})).status_code == 303
    tasks = await rows(cast, select(Task.title).where(Task.entity_id == lead.id))
    assert "Oak & Partners did not answer: offer this case to another firm" in tasks


async def test_an_accepted_case_goes_to_the_firm(cast):
    async with acting(cast, SLUG, "ada") as work:
        await config.put(work, "law_firms", FIRMS)
    with at():
        lead = await an_intake(cast)
        await checked(cast, lead, "Ron Redlight")
        async with acting(cast, SLUG) as work:
            made = await service.offer(work, lead.id, "elm")
            with pytest.raises(Invalid):
                await service.respond(work, lead.id, made.id, "perhaps")
        luis = await cast.browser(SLUG, "luis")
        assert (await luis.post(f"{url(lead)}/referrals/{made.id}", {"state": "accepted"})).status_code == 303
    stage = await rows(cast, select(Stage.name).join(Lead, Lead.stage_id == Stage.id).where(Lead.id == lead.id))
    assert stage == ["with_attorney"]


async def test_other_businesses_have_no_screening(cast):
    lead = await a_lead(cast, "willow")
    luis = await cast.browser("willow", "luis")
    assert (await luis.get(f"/agent/leads/{lead.id}/screening")).status_code == 404
    assert "No deadlines yet" in (await luis.get("/agent/deadlines")).text
    assert "Deadlines" not in (await luis.get("/agent/leads")).text
