"""Outcomes, scripts and goals: what an admin says once, every agent meets on the next call."""

from typing import Any

import pytest

from tests.contacting import a_lead, at

pytestmark = pytest.mark.anyio
FORM = {
    "label": "Sent papers",
    "reached": "1",
    "stage": "contacted",
    "next": "retry",
    "retry_hours": "48",
    "tone": "info",
}


async def test_an_outcome_is_made_changed_moved_and_retired_without_losing_its_name(cast: Any) -> None:
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    full = await ada.post("/admin/outcomes/new", FORM)
    assert full.status_code == 422 and "nine number keys" in full.text and "Sent papers" in full.text
    assert (await ada.post("/admin/outcomes/other/retire")).status_code == 303
    assert (await ada.post("/admin/outcomes/new", FORM)).status_code == 303
    for _ in range(8):
        await ada.post("/admin/outcomes/sent_papers/up")
    with at():
        lead = await a_lead(cast)
        await luis.post(f"/agent/leads/{lead.id}/calls")
        bar = await luis.get(f"/agent/leads/{lead.id}/call-bar", headers={"HX-Request": "true"})
    assert bar.text.index("Sent papers") < bar.text.index("Enrolled") and 'value="other"' not in bar.text
    assert "moves to Contacted · tries again in 48 h" in bar.text
    assert "Other" in (await ada.get("/admin/outcomes")).text


async def test_an_outcome_without_words_or_with_anothers_is_refused(cast: Any) -> None:
    ada = await cast.browser("harbor", "ada")
    for label, said in (("", "Enter what stands on the button."), ("callback", "Another button says this already.")):
        answer = await ada.post("/admin/outcomes/voicemail", {**FORM, "label": label})
        assert answer.status_code == 422 and said in answer.text
    assert (await ada.post("/admin/outcomes/voicemail", {**FORM, "label": "Machine"})).status_code == 303
    assert (await ada.get("/admin/outcomes/nobody")).status_code == 404


async def test_the_closest_script_is_shown_with_its_tokens_filled_in(cast: Any) -> None:
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    words = {"pipeline": "intake", "stage": "new", "text": "Hi {{ contact.first_name }}, {{ nobody.knows }}"}
    assert (await ada.post("/admin/scripts", words)).status_code == 303
    with at():
        lead = await a_lead(cast)
        await luis.post(f"/agent/leads/{lead.id}/calls")
        bar = await luis.get(f"/agent/leads/{lead.id}/call-bar", headers={"HX-Request": "true"})
    assert "Hi Dana, {{ nobody.knows }}" in bar.text


async def test_a_goal_of_ones_own_stands_over_the_queue(cast: Any) -> None:
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    page = (await ada.get("/admin/goals")).text
    name = page[page.index("goal-") :].split('"')[0]
    assert (await ada.post("/admin/goals", {"calls": "25"})).status_code == 303
    assert "0 of 25 calls" in (await luis.get("/agent")).text
    wrong = await ada.post("/admin/goals", {"calls": "25", name: "many"})
    assert wrong.status_code == 422 and "Enter a whole number" in wrong.text


async def test_only_who_may_set_the_house_sets_these(cast: Any) -> None:
    luis, ada = await cast.browser("harbor", "luis"), await cast.browser("harbor", "ada")
    for path in ("/admin/outcomes", "/admin/scripts", "/admin/goals", "/admin/outcomes/voicemail"):
        assert (await luis.get(path)).status_code in (403, 404)
        assert (await ada.get(path)).status_code == 200
