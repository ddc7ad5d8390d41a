"""The timeline: newest first, each event told by its slice, noise folded by day, chips, and paging
without gaps.
"""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.contacts import service as contacts
from app.contacts.queries import notes
from app.core import clock, timeline
from app.core.errors import NotFound
from app.core.timeline import Fold
from app.core.work import unit
from app.leads import service
from app.leads.queries import spoken
from app.tasks import service as tasks
from app.tasks.service import TaskValues
from tests.leads.making import a_lead, as_actor, person_id, row

pytestmark = pytest.mark.anyio
AT = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")


SENTENCES = (
    "assigned it to Maria Chen; before that Luis Ortega",
    "moved it from Contacted to Lost",
    "moved it from New to Contacted",
    "wrote a note",
    "Wants to think it over.",
    "gave consent to call, email and sms",
    "Yes, call me.",
    "Call back",
    "Arrived",
    "reached out for the first time, after 3 min",
    "added the tag VIP",
)


async def lived(cast):
    """A lead to which everything happened, a minute apart."""
    with clock.held_at(AT):
        lead_id = await a_lead(cast, total_debt=20000, hardship="medical")
    luis, maria = await as_actor(cast, "luis"), await person_id(cast, "maria")
    contact = (await row(cast, lead_id)).contact_id
    deeds = [
        lambda work: service.assign(work, lead_id, luis.id),
        lambda work: service.change_stage(work, lead_id, "contacted"),
        lambda work: service.touch_contacted(work, lead_id, AT + timedelta(minutes=3)),
        lambda work: contacts.add_note(work, "lead", lead_id, "Wants to think it over."),
        lambda work: contacts.add_consent(work, contact, text="Yes, call me.", at=AT),
        lambda work: tasks.add_task(work, TaskValues(title="Call back"), entity="lead", entity_id=lead_id),
        lambda work: service.update(work, lead_id, {"city": "Tampa", "creditor_count": 4}),
        lambda work: service.heat_up(work, lead_id, 0.1, "opened the form"),
        lambda work: contacts.add_tags(work, "lead", [lead_id], "VIP"),
        lambda work: service.change_stage(work, lead_id, "lost", {"lost_reason": "other"}),
        lambda work: service.assign(work, lead_id, maria),
    ]
    for minute, deed in enumerate(deeds, 1):
        with clock.held_at(AT + timedelta(minutes=minute)):
            async with unit(luis, tenant=cast.tenants["harbor"]) as work:
                await deed(work)
    return lead_id, [("lead", lead_id), ("contact", contact)]


async def test_each_event_reads_as_a_sentence(cast):
    lead_id, _ = await lived(cast)
    page = (await (await cast.browser("harbor", "ada")).get(f"/agent/leads/{lead_id}")).text
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    for said in SENTENCES:
        assert said in text, said


async def test_noise_of_a_day_is_one_line_but_only_under_all(cast):
    _, records = await lived(cast)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        whole = await timeline.load(work, records, ZONE)
        folds = [entry for entry in whole.entries if isinstance(entry, Fold)]
        assert folds and all(len(fold.entries) > 1 for fold in folds)
        flat = [one for entry in whole.entries for one in (entry.entries if isinstance(entry, Fold) else [entry])]
        assert [entry.at for entry in flat] == sorted((entry.at for entry in flat), reverse=True)
        system = await timeline.load(work, records, ZONE, chip="system")
        assert not any(isinstance(entry, Fold) for entry in system.entries)
        notes = await timeline.load(work, records, ZONE, chip="notes")
        assert [entry.kind for entry in notes.entries] == ["note.added"]
        assert (await timeline.load(work, records, ZONE, chip="calls")).entries == []


async def test_pages_have_no_gap_and_no_twin(cast):
    _, records = await lived(cast)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        whole = await timeline.load(work, records, ZONE, chip="all", limit=100)
        every = [one.id for entry in whole.entries for one in (entry.entries if isinstance(entry, Fold) else [entry])]
        seen, cursor = [], ""
        while True:
            part = await timeline.load(work, records, ZONE, cursor=cursor, limit=3)
            seen += [
                one.id for entry in part.entries for one in (entry.entries if isinstance(entry, Fold) else [entry])
            ]
            cursor = part.cursor
            if not cursor:
                break
        assert seen == every and len(set(seen)) == len(seen) >= 13
        for chip, wrong in (
            ("nope", ""),
            ("all", "x"),
            ("all", "2026-05-04T10:00_x"),
            ("all", f"2026-05-04_{every[0]}"),
        ):
            with pytest.raises(NotFound):
                await timeline.load(work, records, ZONE, chip=chip, cursor=wrong)


async def test_addresses_of_the_timeline_never_break(cast):
    lead_id = await a_lead(cast)
    luis = await cast.browser("harbor", "luis")
    for query in (
        "?chip=x",
        "?cursor=%00",
        "?cursor=2026",
        "?chip=notes&cursor=_",
        "?cursor=9999-99-99T00:00:00Z_1",
    ):
        assert (await luis.get(f"/agent/leads/{lead_id}/timeline{query}")).status_code == 404, query
    assert (await luis.get(f"/agent/leads/{lead_id}?chip=x")).status_code == 404
    assert (await luis.get(f"/agent/leads/{lead_id}/timeline?chip=notes")).status_code == 200


async def test_a_deleted_note_no_longer_says_what_it_said(cast):
    lead_id, luis = await a_lead(cast), await cast.browser("harbor", "luis")
    await luis.post(f"/agent/leads/{lead_id}/notes", {"body": "Regrettable words"})
    async with unit(tenant=cast.tenants["harbor"]) as work:
        (note,) = await notes(work, "lead", lead_id)
    assert "Regrettable" in (await luis.get(f"/agent/leads/{lead_id}")).text
    await luis.post(f"/agent/leads/{lead_id}/notes/{note.id}/delete")
    assert "Regrettable" not in (await luis.get(f"/agent/leads/{lead_id}")).text
    await luis.post(f"/agent/leads/{lead_id}/notes/{note.id}/restore")
    assert "Regrettable" in (await luis.get(f"/agent/leads/{lead_id}")).text


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (3900, "1 h 5 min"),
        (86_400, "1 d"),
        (100_000, "1 d 3 h"),
    ],
)
def test_waiting_is_spoken_in_two_units(seconds, said):
    assert spoken(seconds) == said
