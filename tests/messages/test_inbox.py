"""The inbox: who waits, who answers, what is done; sending later; snippets."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.core.drafts import Draft
from app.messages.models import Conversation, Message
from app.team.models import Notice
from tests.contacting import AFTERNOON, a_lead, at, leave, mail_in, one, rows, simulator

pytestmark = pytest.mark.anyio
MAIL = b"From: Dana <dana@example.net>\r\nTo: hello@harbor.example.com\r\nSubject: Question\r\nMessage-ID: <%b@example.net>\r\n\r\n%b\r\n"


async def writes(cast: Any, number: int, words: bytes = b"Can we talk tomorrow?") -> None:
    raw = MAIL % (str(number).encode(), words)
    answer = await mail_in(cast, "harbor", f"mail-{number}", raw, "dana@example.net", "hello@harbor.example.com")
    assert answer.status_code == 200


async def the_talk(cast: Any) -> Conversation:
    (found,) = await rows(cast, "harbor", select(Conversation))
    return found


async def test_what_somebody_writes_waits_on_top_is_told_and_leaves_with_the_answer(cast: Any) -> None:
    luis = await cast.browser("harbor", "luis")
    with at(), simulator(cast.runtime):
        lead = await a_lead(cast)
        await writes(cast, 1)
        page = (await luis.get("/agent/inbox")).text
        assert "Can we talk tomorrow?" in page and "waits for an answer" in page
        (told,) = await rows(cast, "harbor", select(Notice).where(Notice.kind == "message.received"))
        assert told.entity_id == lead.id and told.values == {"name": "Dana Reyes"}
        composer = (await luis.get(f"/agent/leads/{lead.id}/composer?channel=email&in=inbox")).text
        assert 'value="Re: Question"' in composer
        form = {"channel": "email", "subject": "Re: Question", "text": "Yes, at four.", "next": "inbox"}
        sent = await luis.post(f"/agent/leads/{lead.id}/messages", form)
        assert sent.headers["location"] == f"/agent/inbox?talk={lead.contact_id}"
        assert not (await the_talk(cast)).waiting
        page = (await luis.get("/agent/inbox")).text
        assert "waits for an answer" not in page and "Yes, at four." in page
        (answer,) = await rows(cast, "harbor", select(Message).where(Message.direction == "out"))
        (asked,) = await rows(cast, "harbor", select(Message).where(Message.direction == "in"))
        assert answer.in_reply_to == asked.id
        await writes(cast, 2, b"Thank you")
    assert (await the_talk(cast)).waiting


async def test_one_takes_a_conversation_the_other_is_told_and_done_can_be_undone(cast: Any) -> None:
    luis, ada = await cast.browser("harbor", "luis"), await cast.browser("harbor", "ada")
    with at(), simulator(cast.runtime):
        lead = await a_lead(cast)
        await writes(cast, 1)
        talk = f"/agent/inbox/{lead.contact_id}"
        assert (await luis.post(f"{talk}/take")).status_code == 303
        assert (await luis.post(f"{talk}/take")).status_code == 303
        assert (await ada.post(f"{talk}/take")).status_code == 409
        assert "Luis Ortega answers" in (await ada.get("/agent/inbox?scope=all")).text
        assert (await luis.post(f"{talk}/done")).status_code == 303
        done = await the_talk(cast)
        assert (done.waiting, done.holder_id) == (False, None)
        assert (await luis.post(f"{talk}/reopen")).status_code == 303
        assert (await the_talk(cast)).waiting
        assert (await luis.post(f"{talk}/burn")).status_code == 404


async def test_nobody_sees_or_moves_a_conversation_out_of_reach(cast: Any) -> None:
    luis, maria = await cast.browser("harbor", "luis"), await cast.browser("harbor", "maria")
    with at(), simulator(cast.runtime):
        lead = await a_lead(cast, owner="luis")
        await writes(cast, 1)
        for scope in ("mine", "all"):
            assert "Can we talk" not in (await maria.get(f"/agent/inbox?scope={scope}")).text
        for verb in ("take", "done"):
            assert (await maria.post(f"/agent/inbox/{lead.contact_id}/{verb}")).status_code == 404
            assert (await luis.post(f"/agent/inbox/{lead.contact_id}/{verb}")).status_code == 303
        assert (await maria.get(f"/agent/inbox/{lead.contact_id}/thread")).status_code == 404


async def test_a_text_for_later_leaves_at_its_minute_by_their_clock_and_once(cast: Any) -> None:
    luis = await cast.browser("summit", "luis")
    with at(), simulator(cast.runtime) as peer:
        lead = await a_lead(cast, "summit")
        form = {
            "channel": "sms",
            "text": "Good morning",
            "send_at": "2026-03-11T10:00",
            "send_zone": "America/New_York",
        }
        answer = await luis.post(f"/agent/leads/{lead.id}/messages", form)
        assert answer.status_code == 303
        (message,) = await rows(cast, "summit", select(Message))
        due = datetime(2026, 3, 11, 14, 0, tzinfo=UTC)
        assert (message.state, message.due_at, message.attempt_id) == ("queued", due, None)
        await leave(cast, "summit", due - timedelta(minutes=1))
        assert peer.sms("+17275550142") == []
        await leave(cast, "summit", due)
        await leave(cast, "summit", due + timedelta(hours=1))
        assert [text.body for text in peer.sms("+17275550142")] == ["Good morning"]


async def test_taken_back_it_never_leaves_and_its_words_are_in_the_composer(cast: Any) -> None:
    luis = await cast.browser("summit", "luis")
    with at(), simulator(cast.runtime) as peer:
        lead = await a_lead(cast, "summit")
        form = {
            "channel": "sms",
            "text": "Good morning",
            "send_at": "2026-03-11T10:00",
            "send_zone": "America/New_York",
        }
        await luis.post(f"/agent/leads/{lead.id}/messages", form)
        (message,) = await rows(cast, "summit", select(Message))
        assert (await luis.post(f"/agent/messages/{message.id}/cancel")).status_code == 303
        await leave(cast, "summit", AFTERNOON + timedelta(days=2))
        assert peer.sms("+17275550142") == []
        assert (await one(cast, "summit", Message, message.id)).state == "canceled"
        composer = await luis.get(f"/agent/leads/{lead.id}/composer?channel=sms", headers={"HX-Request": "true"})
        assert "Good morning" in composer.text
        assert (await luis.post(f"/agent/messages/{message.id}/cancel")).status_code == 303


async def test_an_hour_that_is_closed_when_it_is_due_is_waited_for(cast: Any) -> None:
    luis = await cast.browser("summit", "luis")
    with at(), simulator(cast.runtime) as peer:
        lead = await a_lead(cast, "summit")
        form = {"channel": "sms", "text": "Late", "send_at": "2026-03-10T23:30", "send_zone": "America/New_York"}
        await luis.post(f"/agent/leads/{lead.id}/messages", form)
        await leave(cast, "summit", datetime(2026, 3, 11, 3, 30, tzinfo=UTC))
        assert peer.sms("+17275550142") == []
        (message,) = await rows(cast, "summit", select(Message))
        assert message.state == "queued" and message.due_at == datetime(2026, 3, 11, 12, 0, tzinfo=UTC)
        await leave(cast, "summit", message.due_at)
        assert [text.body for text in peer.sms("+17275550142")] == ["Late"]


async def test_a_time_that_has_passed_is_refused_and_nothing_typed_is_lost(cast: Any) -> None:
    luis = await cast.browser("summit", "luis")
    with at():
        lead = await a_lead(cast, "summit")
        form = {"channel": "sms", "text": "Too late", "send_at": "2026-03-10T10:00", "send_zone": "America/New_York"}
        answer = await luis.post(f"/agent/leads/{lead.id}/messages", form)
    assert answer.status_code == 422 and "This time has passed" in answer.text and "Too late" in answer.text


async def test_what_was_typed_comes_back_until_it_is_sent(cast: Any) -> None:
    luis = await cast.browser("harbor", "luis")
    with at(), simulator(cast.runtime):
        lead = await a_lead(cast)
        for key, body in (
            (f"note-{lead.id}", {"body": "Half a note"}),
            (f"message-{lead.id}-email", {"subject": "Half", "text": "a mail"}),
            (f"task-{lead.id}", {"title": "Half a task"}),
        ):
            assert (await luis.post(f"/drafts/{key}", body)).status_code == 204
        page = (await luis.get(f"/agent/leads/{lead.id}")).text
        composer = (await luis.get(f"/agent/leads/{lead.id}/composer?channel=email")).text
        assert "Half a note" in page and "Half a task" in page and 'value="Half"' in composer and "a mail" in composer
        assert "Half a note" in (await luis.get(f"/agent?lead={lead.id}")).text
        await luis.post(f"/agent/leads/{lead.id}/notes", {"body": "A note"})
        await luis.post(f"/agent/leads/{lead.id}/tasks", {"title": "A task"})
        await luis.post(f"/agent/leads/{lead.id}/messages", {"channel": "email", "subject": "S", "text": "T"})
    assert await rows(cast, "harbor", select(Draft)) == []


async def test_snippets_are_ones_own_or_everybodys_with_the_leads_tokens(cast: Any) -> None:
    luis, maria, ada = [await cast.browser("harbor", name) for name in ("luis", "maria", "ada")]
    mine = {"label": "Greeting", "body": "Hi {{ contact.first_name }}, {{ no.such }}"}
    assert (await luis.post("/agent/snippets", mine)).status_code == 303
    assert (await ada.post("/admin/snippets", {"label": "Address", "body": "12 Bay St"})).status_code == 303
    assert (await luis.post("/admin/snippets", mine)).status_code in (403, 404)
    with at():
        lead = await a_lead(cast)
        hers = await a_lead(cast, owner="maria", phone="+17275550143", email="kim@example.net")
        picked = (await luis.get(f"/agent/leads/{lead.id}/snippets")).text
        others = (await maria.get(f"/agent/leads/{hers.id}/snippets")).text
    assert "Hi Dana, {{ no.such }}" in picked and "12 Bay St" in picked
    assert "Greeting" not in others and "12 Bay St" in others
    (found,) = set(re.findall(r"/agent/snippets/([0-9a-f-]{36})/delete", (await luis.get("/agent/snippets")).text))
    assert (await maria.post(f"/agent/snippets/{found}", mine)).status_code == 404
    empty = await luis.post(f"/agent/snippets/{found}", {"label": "", "body": "x"})
    assert empty.status_code == 422 and "Enter a name for it." in empty.text
    assert (await luis.post(f"/agent/snippets/{found}/delete")).status_code == 303
