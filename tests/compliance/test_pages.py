"""The compliance pages: rules and their correction, lists, refusals, the story of one number."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.compliance import forms, queries
from app.compliance.models.tables import ListEntry, RefusedContact
from tests.contacting import a_lead, acting, at, rows

pytestmark = pytest.mark.anyio
NIGHT = datetime(2026, 3, 11, 3, 0, tzinfo=UTC)


async def test_a_rule_shows_its_source_and_is_corrected_from_a_day(cast: Any) -> None:
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    with at(NIGHT):
        lead = await a_lead(cast)
        listed = await ada.get("/admin/compliance/rules?q=florida")
        assert "3 per 24" in listed.text or "3 contacts" in listed.text or "501.616" in listed.text
        assert "Alabama" not in listed.text
        form = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "08:00-20:00")
        form |= {"says": "8 to midnight, to try", "effective": "2026-03-01", "confidence": "K"}
        bare = await ada.post("/admin/compliance/rules/fl.hours", form)
        assert bare.status_code == 422 and "Name the source" in bare.text
        assert (await luis.post(f"/agent/leads/{lead.id}/calls")).status_code == 409
        done = await ada.post(
            "/admin/compliance/rules/fl.hours", {**form, "tue": "08:00-24:00", "source": "Counsel, 1 March"}
        )
        assert done.status_code == 303
        shown = await ada.get("/admin/compliance/rules/fl.hours")
        assert "Counsel, 1 March" in shown.text and "501.616" in shown.text and "Ada Admin" in shown.text
    # The federal hours still stand: an administrator's correction of a state is not one of federal law.
    with at(NIGHT):
        again = await luis.post(f"/agent/leads/{lead.id}/calls")
        assert again.status_code == 409 and "Federal law allows calls from 8:00 am to 9:00 pm" in again.text


async def test_terms_that_make_no_sense_are_refused(cast: Any) -> None:
    ada = await cast.browser("harbor", "ada")
    form = {"source": "x", "effective": "2026-03-01", "mon": "20:00-08:00"}
    answer = await ada.post("/admin/compliance/rules/fl.hours", form)
    assert answer.status_code == 422 and "“20:00-08:00” can’t be read." in answer.text
    assert 'id="field-mon-error"' in answer.text, "beside its day"
    assert (await ada.get("/admin/compliance/rules/xx.nothing")).status_code == 404


async def test_what_was_refused_today_stands_by_rule(cast: Any) -> None:
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    with at(NIGHT):
        lead = await a_lead(cast)
        assert "Nothing was refused" in (await ada.get("/admin/compliance")).text
        await luis.post(f"/agent/leads/{lead.id}/calls")
        shown = await ada.get("/admin/compliance")
    assert "Dana Reyes" in shown.text and "/admin/compliance/rules/fl.hours" in shown.text


async def test_the_story_of_a_number_is_told_in_order(cast: Any) -> None:
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    with at():
        lead = await a_lead(cast)
        await luis.post(f"/agent/leads/{lead.id}/calls")
    with at(NIGHT):
        await luis.post(f"/agent/leads/{lead.id}/messages", {"channel": "sms", "text": "Hello"})
        form = {"q": "727-555-0142", "list": "internal", "reason": "asked at the counter"}
        assert (await ada.post("/admin/compliance/lists/entries", form)).status_code == 303
        shown = (await ada.get("/admin/compliance/number?q=(727)%20555-0142")).text
        odd = await ada.get("/admin/compliance/number?q=12")
    places = [
        shown.index(words) for words in ("Written consent", "Call, marketing", "Text refused", "Own do-not-call list")
    ]
    assert places == sorted(places)
    assert "You may call and text me." in shown and "https://forms.example.com/debt" in shown
    assert odd.status_code == 422 and "10 digits" in odd.text


async def test_an_uploaded_list_replaces_the_one_before_and_counts(cast: Any) -> None:
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    with at():
        lead = await a_lead(cast, consent="express", landing_page="")
        first = b"area,number\n727,5550142\n813,5550111\nnonsense\n"
        form = {"list": "national", "scrubbed_on": "2026-03-09"}
        for content, status in ((first, 409), (b"8135550111\n", 303)):
            answer = await ada.post(
                "/admin/compliance/lists/upload", form, files={"file": ("dnc.csv", content, "text/csv")}
            )
            assert answer.status_code == 200
            if b"nonsense" in content:
                assert "area,number" in answer.text and ">4<" in answer.text and "nonsense" in answer.text
            assert (await luis.post(f"/agent/leads/{lead.id}/calls")).status_code == status
        late = await ada.post(
            "/admin/compliance/lists/upload",
            {**form, "scrubbed_on": "2026-04-01"},
            files={"file": ("dnc.csv", first, "text/csv")},
        )
    assert late.status_code == 422 and "lies ahead" in late.text
    entries = await rows(cast, "harbor", select(ListEntry))
    assert [(entry.list, entry.phone) for entry in entries] == [("national", "+18135550111")]


async def test_an_entry_is_lifted_with_a_reason_and_stays_in_the_record(cast: Any) -> None:
    ada = await cast.browser("harbor", "ada")
    with at():
        await ada.post("/admin/compliance/lists/entries", {"q": "7275550142", "list": "internal"})
        (entry,) = await rows(cast, "harbor", select(ListEntry))
        await ada.post(f"/admin/compliance/entries/{entry.id}/lift", {"why": ""})
        assert (await rows(cast, "harbor", select(ListEntry)))[0].lifted_at is None
        await ada.post(f"/admin/compliance/entries/{entry.id}/lift", {"why": "Wrong number"})
        (entry,) = await rows(cast, "harbor", select(ListEntry))
        shown = await ada.get("/admin/compliance/lists/internal")
    assert entry.lifted_at is not None and "Wrong number" in shown.text


async def test_only_those_with_the_right_see_and_change_rules(cast: Any) -> None:
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    for url in (
        "/admin/compliance",
        "/admin/compliance/rules",
        "/admin/compliance/number",
        "/admin/compliance/lists/new",
    ):
        assert (await luis.get(url)).status_code == 404
        assert (await ada.get(url)).status_code == 200
    assert (
        await luis.post("/admin/compliance/lists/entries", {"q": "7275550142", "list": "internal"})
    ).status_code == 404


@given(st.text(max_size=400))
def test_any_file_is_read_without_falling_over(text: str) -> None:
    lines = forms.read_numbers(text.encode("utf-8", "replace"))
    assert all(phone.startswith("+") for phone in lines.values) and len(lines.unread) <= len(text) + 1


@given(st.integers(2_000_000_000, 9_999_999_999), st.sampled_from(["{}", "1{}", "+1{}", "({0:.3}) {0:.3}"]))
def test_any_spelling_of_a_number_is_the_same_number(number: int, shape: str) -> None:
    digits = str(number)
    spelled = shape.format(digits) if "." not in shape else f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
    assert forms.read_phone(spelled) == f"+1{digits}"


async def test_a_correction_goes_back_to_what_was_in_one_click(cast: Any) -> None:
    ada = await cast.browser("harbor", "ada")
    with at():
        page = await ada.get("/admin/compliance/rules/fl.hours")
        before = len(re.findall(r"/versions/\d+/restore", page.text))
        form = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "10:00-11:00")
        form |= {"says": "Ten to eleven", "effective": "2026-03-01", "confidence": "K", "source": "Counsel"}
        assert (await ada.post("/admin/compliance/rules/fl.hours", form)).status_code == 303
        assert "Ten to eleven" in (await ada.get("/admin/compliance/rules?q=florida")).text
        shown = await ada.get("/admin/compliance/rules/fl.hours")
        assert len(re.findall(r"/versions/\d+/restore", shown.text)) == before + 1
        assert (await ada.post("/admin/compliance/rules/fl.hours/versions/0/restore")).status_code == 303
        assert "Ten to eleven" not in (await ada.get("/admin/compliance/rules?q=florida")).text
        assert (await ada.post("/admin/compliance/rules/fl.hours/versions/99/restore")).status_code == 404
        luis = await cast.browser("harbor", "luis")
        assert (await luis.post("/admin/compliance/rules/fl.hours/versions/0/restore")).status_code == 404


async def test_the_log_of_refusals_is_filtered_and_paged(cast: Any) -> None:
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    with at(NIGHT):
        lead = await a_lead(cast)
        for _ in range(3):
            await luis.post(f"/agent/leads/{lead.id}/calls")
        async with acting(cast, "harbor", "ada") as work:
            first, cursor = await queries.refusals(work, NIGHT - timedelta(hours=1), limit=2)
            rest, end = await queries.refusals(work, NIGHT - timedelta(hours=1), limit=2, cursor=cursor)
        assert (len(first), len(rest), end) == (2, 1, "") and {row.id for row in first}.isdisjoint({rest[0].id})
        calls = await ada.get("/admin/compliance?channel=call")
        texts = await ada.get("/admin/compliance?channel=sms")
        assert "Dana Reyes" in calls.text and "Dana Reyes" not in texts.text
        assert (await ada.get("/admin/compliance?cursor=nonsense")).status_code == 404


async def test_twenty_thousand_numbers_of_our_own_grow_the_list_and_stand_there_once(cast: Any) -> None:
    ada = await cast.browser("harbor", "ada")
    content = "number\n" + "\n".join(f"727{each:07}" for each in range(2_000_000, 2_020_000))
    url, form = "/admin/compliance/lists/upload", {"list": "internal"}
    with at():
        assert (
            await ada.post("/admin/compliance/lists/entries", {"q": "7272000000", "list": "internal"})
        ).status_code == 303
        for _ in range(2):
            done = await ada.post(url, form, files={"file": ("ours.csv", content.encode(), "text/csv")})
            assert done.status_code == 200
        mails = b"Email\nJo@Example.com\nnot an address\n"
        told = await ada.post(url, {"list": "suppressed"}, files={"file": ("s.csv", mails, "text/csv")})
        assert told.status_code == 200 and "“Email”" in told.text and "not an address" in told.text
        empty = await ada.post(url, {"list": "suppressed"}, files={"file": ("s.csv", b"x", "text/csv")})
    assert empty.status_code == 422 and "one address on each line" in empty.text
    async with acting(cast, "harbor", "ada") as work:
        count = select(func.count(), func.count(ListEntry.phone.distinct())).where(ListEntry.list == "internal")
        assert tuple((await work.execute(count)).one()) == (20_000, 20_000)
        assert await work.scalar(select(ListEntry.email).where(ListEntry.list == "suppressed")) == "jo@example.com"


async def test_the_gate_is_asked_for_a_time_and_writes_nothing(cast: Any) -> None:
    ada = await cast.browser("harbor", "ada")
    with at():
        await a_lead(cast)
        url = "/admin/compliance/ask?q=7275550142&channel=call&purpose=marketing"
        night = await ada.get(f"{url}&at=2026-03-10T23:30")
        day = await ada.get(f"{url}&at=2026-03-10T14:00")
        nobody = await ada.get("/admin/compliance/ask?q=7275550199")
        odd = await ada.get(f"{url}&at=yesterday")
        blank = await ada.get("/admin/compliance/ask")
    assert "Refused" in night.text and "The rule" in night.text and "Lawful from" in night.text
    assert "Allowed" in day.text and "The rule" not in day.text
    assert (
        blank.status_code == 200
        and nobody.status_code == 422
        and odd.status_code == 422
        and "Enter a day and a time" in odd.text
    )
    assert await rows(cast, "harbor", select(RefusedContact)) == []
    assert (await (await cast.browser("harbor", "luis")).get(url)).status_code == 404
