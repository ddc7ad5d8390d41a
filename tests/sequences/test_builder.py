"""The builder: steps go anywhere and back again, a message is tried out first, our own people can be told."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.work import Actor, unit
from app.sequences import service
from app.sequences.models import Sequence, SequenceTrace
from app.sequences.models.program import put
from app.sequences.models.steps import If, ToDo, Wait
from app.team.models import Notice
from tests.contacting import a_lead, at, leave, one, rows
from tests.sequences.watching import made, put_in

pytestmark = pytest.mark.anyio
PATH = "/admin/sequences"
HX = {"HX-Request": "true"}


def todo(name: str) -> ToDo:
    return ToDo(id=name, title=name)


async def test_a_step_goes_into_a_branch_and_out_of_it_but_never_into_itself() -> None:
    branch = If(id="if", where={}, then=(todo("x"),), otherwise=())
    steps = (todo("a"), branch, todo("b"))
    inside = put(steps, "a", parent="if", branch="then", place=1)
    assert [each.id for each in inside] == ["if", "b"] and [each.id for each in inside[0].then] == ["x", "a"]  # type: ignore[union-attr]
    assert [each.id for each in put(inside, "a", place=9)] == ["if", "b", "a"]
    assert put(steps, "if", parent="if", branch="then") == steps
    assert put(steps, "a", parent="b", branch="then") == steps
    assert put(steps, "a", parent="if", branch="elsewhere") == steps


async def test_what_was_moved_and_deleted_is_taken_back_step_by_step(cast: Any) -> None:
    sequence = await made(cast, [{"kind": "wait", "span": "1d"}, {"kind": "wait", "span": "2d"}], on=False)
    browser = await cast.browser("harbor", "ada")
    before = (await one(cast, "harbor", Sequence, sequence.id)).steps
    first, second = [each["id"] for each in before]
    url = f"{PATH}/{sequence.id}/steps"
    moved = await browser.post(f"{url}/{first}/move", {"parent": "", "branch": "", "place": "1"}, headers=HX)
    assert moved.status_code == 204 and f"{url}/undo" in moved.headers["hx-trigger"]
    assert [each["id"] for each in (await one(cast, "harbor", Sequence, sequence.id)).steps] == [second, first]
    assert (await browser.post(f"{url}/{first}/delete")).status_code == 303
    assert (await browser.post(f"{url}/undo")).status_code == 303
    assert [each["id"] for each in (await one(cast, "harbor", Sequence, sequence.id)).steps] == [second, first]
    assert (await browser.post(f"{url}/undo", headers=HX)).status_code == 204
    assert (await one(cast, "harbor", Sequence, sequence.id)).steps == before
    assert (await browser.post(f"{url}/undo")).status_code in (303, 409)  # adding them can be undone too
    assert (await browser.post(f"{url}/{first}/move", {"place": "x"})).status_code == 404
    agent = await cast.browser("harbor", "luis")
    assert (await agent.post(f"{url}/undo")).status_code == 404


async def test_nobody_undoes_over_what_somebody_else_changed_since(cast: Any) -> None:
    sequence = await made(cast, [{"kind": "wait", "span": "1d"}], on=False)
    [step] = (await one(cast, "harbor", Sequence, sequence.id)).steps
    url = f"{PATH}/{sequence.id}/steps"
    ada = await cast.browser("harbor", "ada")
    assert (await ada.post(f"{url}/{step['id']}", {"number": "3", "unit": "d"})).status_code == 303
    async with unit(Actor("system"), tenant=cast.tenants["harbor"]) as work:
        await service.change_step(work, sequence.id, Wait(id=step["id"], span="4d"))
    assert (await ada.post(f"{url}/undo")).status_code == 409
    assert (await one(cast, "harbor", Sequence, sequence.id)).steps[0]["span"] == "4d"
    assert (await ada.post(f"{url}/{step['id']}", {"number": "5", "unit": "d"})).status_code == 303
    assert (await ada.post(f"{url}/undo")).status_code == 303
    assert (await one(cast, "harbor", Sequence, sequence.id)).steps[0]["span"] == "4d"


async def test_the_form_at_the_side_keeps_what_is_typed_and_shows_the_message_to_a_real_lead(cast: Any) -> None:
    with at():
        lead = await a_lead(cast)
        sequence = await made(cast, [{"kind": "wait", "span": "1d"}], on=False)
        browser = await cast.browser("harbor", "ada")
        url = f"{PATH}/{sequence.id}/steps"
        form = await browser.get(f"{url}/new?kind=email&template=welcome&lead={lead.id}", headers=HX)
        assert form.status_code == 200 and "<html" not in form.text
        assert "As it will arrive" in form.text and "Dana" in form.text
        tried = await browser.get(f"{url}/trial?kind=email&template=welcome&lead={lead.id}", headers=HX)
        assert "Allowed now" in tried.text or "Not now" in tried.text
        assert (await browser.get(f"{url}/trial?kind=wait")).status_code == 404
        refused = await browser.post(url, {"kind": "call_task", "title": " "}, headers=HX)
        assert refused.status_code == 422 and "<html" not in refused.text and "what is to be done" in refused.text
        saved = await browser.post(url, {"kind": "call_task", "title": "Ring"}, headers=HX)
        assert saved.status_code == 204 and saved.headers["hx-redirect"].startswith(f"{PATH}/{sequence.id}")


async def test_a_step_tells_whoever_hands_leads_out(cast: Any) -> None:
    with at():
        sequence = await made(cast, [{"kind": "notify", "title": "Nobody has called", "who": "managers"}])
        lead = await a_lead(cast)
        run = await put_in(cast, sequence, lead)
        assert run is not None
        await leave(cast)
        told = await rows(cast, "harbor", select(Notice).where(Notice.kind == "sequence.told"))
        assert told and all(UUID(str(notice.entity_id)) == lead.id for notice in told)
        lines = await rows(cast, "harbor", select(SequenceTrace).where(SequenceTrace.run_id == run.id))
        assert "done" in [line.what for line in lines]


async def test_what_is_typed_into_a_step_is_kept_for_whoever_typed_it_until_it_is_saved(cast: Any) -> None:
    ada = await cast.browser("harbor", "ada")
    sequence = await made(cast, [{"kind": "wait", "span": "1d", "open": True}], on=False)
    url = f"{PATH}/{sequence.id}/steps"
    [step] = (await one(cast, "harbor", Sequence, sequence.id)).steps
    key = f"sequence-step-{sequence.id}-{step['id']}"
    form = (await ada.get(f"{url}/{step['id']}")).text
    assert f'data-draft="{key}"' in form and "You typed this before" not in form
    assert (await ada.post(f"/drafts/{key}", {"kind": "wait", "number": "7", "unit": "w"})).status_code == 204
    kept = (await ada.get(f"{url}/{step['id']}", headers=HX)).text
    assert 'value="7"' in kept and "You typed this before" in kept and 'name="open" value="1" checked' not in kept
    new_key = f"sequence-step-{sequence.id}-new-call_task"
    typed = {"kind": "call_task", "title": "Ring about the offer", "after": step["id"]}
    assert (await ada.post(f"/drafts/{new_key}", typed)).status_code == 204
    again = (await ada.get(f"{url}/new?kind=call_task")).text
    assert "Ring about the offer" in again and f'name="after" value="{step["id"]}"' not in again
    fresh = await ada.post(url, {"kind": "call_task", "title": "Ring about the offer", "step": "fresh"})
    assert fresh.status_code == 200 and "Ring about the offer" not in fresh.text
    assert "Ring about the offer" not in (await ada.get(f"{url}/new?kind=call_task")).text
    assert (await ada.post(f"{url}/{step['id']}", {"number": "7", "unit": "w"})).status_code == 303
    assert "You typed this before" not in (await ada.get(f"{url}/{step['id']}")).text


async def test_the_form_lists_the_tokens_and_what_each_becomes_for_the_chosen_lead(cast: Any) -> None:
    with at():
        lead = await a_lead(cast, first_name="Marguerite")
        sequence = await made(cast, [{"kind": "wait", "span": "1d"}], on=False)
        ada = await cast.browser("harbor", "ada")
        url = f"{PATH}/{sequence.id}/steps/trial?kind=email&template=welcome&lead={lead.id}"
        used, _, more = (await ada.get(url, headers=HX)).text.partition("Others that can be filled in")
        assert (
            "What the tokens in double braces become" in used and "contact.first_name</dt><dd>Marguerite</dd>" in used
        )
        assert (
            "owner.email</dt><dd>luis@example.com</dd>" in more
            and "contact.first_name" not in more.partition("</details>")[0]
        )
