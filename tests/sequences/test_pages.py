"""The pages: read, edit with plain forms, review, switch, look at one person; and who may not."""

from typing import Any

import pytest
from sqlalchemy import select

from app.sequences.models import Sequence, SequenceRun
from tests.contacting import a_lead, acting, at, leave, one, rows
from tests.sequences.watching import again, made, named, put_in, turned_on

pytestmark = pytest.mark.anyio
PATH = "/admin/sequences"
SLUGS = ("harbor", "summit", "keystone", "willow")


@pytest.mark.parametrize("slug", SLUGS)
async def test_every_blueprints_sequences_are_right_and_can_be_turned_on(cast: Any, slug: str) -> None:
    browser = await cast.browser(slug, "ada")
    found = await browser.get(PATH)
    assert found.status_code == 200
    drafts = await rows(cast, slug, select(Sequence).order_by(Sequence.position))
    assert {"welcome", "missed_call", "resurrection"} <= {row.name for row in drafts}
    for row in drafts:
        assert row.label in found.text and row.state == "draft"
        assert (await browser.get(f"{PATH}/{row.id}")).status_code == 200
        review = await browser.get(f"{PATH}/{row.id}/review")
        assert review.status_code == 200 and "Turn on" in review.text
        turned = await browser.post(f"{PATH}/{row.id}/on")
        assert turned.status_code == 303, turned.text
        assert (await one(cast, slug, Sequence, row.id)).state == "on"


async def test_an_admin_writes_a_sequence_with_plain_forms(cast: Any) -> None:
    browser = await cast.browser("summit", "ada")
    head = {"label": "Hello again", "by": "event", "events": "lead.created", "rules": ["reply", "opt_out"]}
    made_ = await browser.post(PATH, head)
    assert made_.status_code == 303
    url = made_.headers["location"]
    assert "Turn on" in (await browser.get(url)).text
    assert (await browser.post(f"{url}/on")).status_code == 422  # no step yet
    for step in (
        {"kind": "email", "template": "welcome"},
        {"kind": "wait", "number": "2", "unit": "d", "at": "10:00"},
        {"kind": "call_task", "title": "Ring them"},
        {"kind": "if", "where": '{"field": "state", "op": "eq", "value": "FL"}'},
    ):
        assert (await browser.get(f"{url}/steps/new?kind={step['kind']}")).status_code == 200
        saved = await browser.post(f"{url}/steps", step)
        assert saved.status_code == 303, saved.text
    row = (await rows(cast, "summit", select(Sequence).where(Sequence.label == "Hello again")))[0]
    email, wait, call, branch = [step["id"] for step in row.steps]
    inner = {"kind": "task", "title": "Look at Florida", "after": branch, "branch": "then"}
    assert (await browser.post(f"{url}/steps", inner)).status_code == 303
    assert (await browser.post(f"{url}/steps/{call}/move", {"to": "up"})).status_code == 303
    assert (await browser.get(f"{url}/steps/{wait}")).status_code == 200
    assert (await browser.post(f"{url}/steps/{wait}", {"number": "3", "unit": "d"})).status_code == 303
    shown = await browser.get(url)
    assert "3 days" in shown.text and "Look at Florida" in shown.text and "If so" in shown.text
    assert (await browser.post(f"{url}/on")).status_code == 303
    assert (await browser.post(f"{url}/steps/{email}/delete")).status_code == 303
    assert "not published" in (await browser.get(url)).text
    assert (await browser.post(f"{url}/restore")).status_code == 303
    assert "not published" not in (await browser.get(url)).text


async def test_the_condition_of_a_start_is_put_together_part_by_part(cast: Any) -> None:
    browser = await cast.browser("summit", "ada")
    head = {"label": "Florida", "by": "event", "events": "lead.created"}
    chosen = await browser.post(PATH, {**head, "ask": "state", "step": "field"})
    assert chosen.status_code == 200 and "Add condition" in chosen.text
    added = await browser.post(PATH, {**head, "ask": "state", "op": "in", "value": "FL", "step": "part"})
    assert added.status_code == 200 and "Florida" in added.text
    where = '{"field": "state", "op": "in", "value": ["FL"]}'
    saved = await browser.post(PATH, {**head, "where": where})
    assert saved.status_code == 303
    [row] = await rows(cast, "summit", select(Sequence).where(Sequence.label == "Florida"))
    assert row.where == {"field": "state", "op": "in", "value": ["FL"]}


async def test_marketing_texts_of_debt_relief_are_refused_when_saved_with_what_to_do_instead(
    cast: Any,
) -> None:
    """Servicing texts stay possible, and the same step is fine for another trade."""
    from app.messages.models import MessageTemplate

    async with acting(cast, "harbor", "ada") as work:
        row = (await work.scalars(select(MessageTemplate).where(MessageTemplate.name == "deposit_reminder"))).one()
        row.purpose, row.name = "marketing", "shout"
    harbor, summit = await cast.browser("harbor", "ada"), await cast.browser("summit", "ada")
    ours = (await named(cast, "nurture")).id
    refused = await harbor.post(f"{PATH}/{ours}/steps", {"kind": "sms", "template": "shout"})
    assert refused.status_code == 422 and "Use e-mail or a call task" in refused.text
    servicing = await harbor.post(f"{PATH}/{ours}/steps", {"kind": "sms", "template": "offer_ready_text"})
    assert servicing.status_code == 303
    theirs = (await named(cast, "nurture", "summit")).id
    assert (await summit.post(f"{PATH}/{theirs}/steps", {"kind": "sms", "template": "welcome_text"})).status_code == 303


@pytest.mark.parametrize(
    "step, says",
    [
        ({"kind": "email", "template": "gone"}, "gone"),
        ({"kind": "wait"}, "how long"),
        ({"kind": "wait", "at": "25:00"}, "10:00"),
        ({"kind": "call_task", "title": " "}, "what is to be done"),
        ({"kind": "stage", "stage": "nowhere"}, "There is no stage"),
        ({"kind": "field", "field": "score", "value": "1"}, "Choose a field"),
        ({"kind": "if", "where": '{"field": "nothing", "op": "eq", "value": 1}'}, "There is no field"),
        ({"kind": "task", "title": "Look", "days": "x"}, "whole number"),
    ],
)
async def test_a_step_that_could_never_work_is_refused_beside_its_form(
    cast: Any, step: dict[str, str], says: str
) -> None:
    browser = await cast.browser("summit", "ada")
    row = await named(cast, "nurture", "summit")
    refused = await browser.post(f"{PATH}/{row.id}/steps", step)
    assert refused.status_code == 422 and says in refused.text
    assert (await one(cast, "summit", Sequence, row.id)).steps == row.steps


async def test_one_persons_path_can_be_read_paused_skipped_and_stopped(cast: Any) -> None:
    with at():
        sequence = await made(cast, [{"kind": "wait", "span": "9d"}, {"kind": "wait", "span": "9d"}])
        run = await put_in(cast, sequence, await a_lead(cast))
        browser = await cast.browser("harbor", "ada")
        assert "Dana Reyes" in (await browser.get(f"{PATH}/{sequence.id}/runs")).text
        trace = await browser.get(f"{PATH}/runs/{run.id}")
        assert trace.status_code == 200 and "9 days" in trace.text
        for verb, state in (
            ("pause", "paused"),
            ("resume", "active"),
            ("skip", "active"),
            ("stop", "stopped"),
        ):
            assert (await browser.post(f"{PATH}/runs/{run.id}/{verb}")).status_code == 303
            assert (await again(cast, run)).state == state
        assert (await again(cast, run)).why == "Stopped by Ada Admin"
        assert (await browser.post(f"{PATH}/runs/{run.id}/dance")).status_code == 404


async def test_a_leads_page_shows_what_runs_and_lets_it_be_added_and_stopped(cast: Any) -> None:
    with at():
        sequence = await made(cast, [{"kind": "wait", "span": "9d"}])
        lead = await a_lead(cast)
        browser = await cast.browser("harbor", "luis")
        url = f"/agent/leads/{lead.id}/sequences"
        assert "Add to a sequence" in (await browser.get(url)).text
        assert (await browser.post(url, {"sequence": str(sequence.id)})).status_code == 303
        [run] = await rows(cast, "harbor", select(SequenceRun))
        assert "Test run" in (await browser.get(url, headers={"HX-Request": "true"})).text
        assert (await browser.post(f"{url}/{run.id}/stop")).status_code == 303
        assert (await again(cast, run)).state == "stopped"
        timeline = await browser.get(f"/agent/leads/{lead.id}/timeline?chip=system")
        assert timeline.status_code == 200 and "Test run" in timeline.text


async def test_agents_look_but_do_not_change_and_other_tenants_find_nothing(cast: Any) -> None:
    sequence = await turned_on(cast, "welcome")
    luis, ada, theirs = (
        await cast.browser("harbor", "luis"),
        await cast.browser("harbor", "ada"),
        await cast.browser("summit", "ada"),
    )
    assert (await luis.get(f"{PATH}/{sequence.id}")).status_code == 200
    for path in ("/pause", "/on", "/delete", "/steps"):
        assert (await luis.post(f"{PATH}/{sequence.id}{path}")).status_code == 404
    assert (await theirs.get(f"{PATH}/{sequence.id}")).status_code == 404
    assert (await theirs.post(f"{PATH}/{sequence.id}/pause")).status_code == 404
    assert (await one(cast, "harbor", Sequence, sequence.id)).state == "on"
    assert (await ada.post(f"{PATH}/{sequence.id}/pause")).status_code == 303
    assert (await one(cast, "harbor", Sequence, sequence.id)).state == "paused"
    assert (await ada.post(f"{PATH}/{sequence.id}/delete")).status_code == 303
    assert (await ada.get(f"{PATH}/{sequence.id}")).status_code == 404


async def test_deleting_a_sequence_lets_everybody_out(cast: Any) -> None:
    with at():
        sequence = await made(cast, [{"kind": "wait", "span": "9d"}])
        run = await put_in(cast, sequence, await a_lead(cast))
        browser = await cast.browser("harbor", "ada")
        assert (await browser.post(f"{PATH}/{sequence.id}/delete")).status_code == 409
        await browser.post(f"{PATH}/{sequence.id}/pause")
        assert (await browser.post(f"{PATH}/{sequence.id}/delete")).status_code == 303
        await leave(cast)
        assert (await again(cast, run)).state == "stopped"
