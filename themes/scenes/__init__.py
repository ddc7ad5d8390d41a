"""Invented people and things to show the real pages with, before anybody real is there: what previews are made of.

Shapes follow what the pages' own templates read; whatever a page asks beyond that shows as nothing
(`themes.loader.forgiving`). Amounts are minor units, days count from `now`.
"""

from datetime import datetime, timedelta
from types import SimpleNamespace as Thing
from typing import Any

from themes.catalogue import say
from themes.scenes.program import client_home

__all__ = ["client_home", "invoice", "lead_page", "letter"]
NAME, FIRST, MAIL, PHONE = "Dana Reyes", "Dana", "dana.reyes@example.com", "+15555550142"
OWNER = "Luis Ortega"


def letter(name: str) -> tuple[str, str, tuple[str, str]]:
    """Subject, words and button of a mail from a firm of this name."""
    words = say(
        "Hello %(first)s,\n\nYour agreement is ready to read and sign. It takes about three minutes, and you can stop"
        " and come back at any time.\n\n- Read what you agree to\n- Sign with your finger or mouse\n- Get a copy by e-mail"
        "\n\nIs something unclear? Reply to this mail. We answer the same day.",
        first=FIRST,
    )
    return say("Your documents from %(firm)s", firm=name), words, (say("Read and sign"), "https://example.com/")


def lead_page(now: datetime, stages: list[str], zone: str) -> dict[str, Any]:
    """Context of `leads/lead.html`: somebody half-way, called this morning, with something to do."""
    return {
        "it": _somebody(now, stages, zone),
        "url": "",
        "live": "",
        "groups": _facts(),
        "timeline": _timeline(now),
        "thresholds": [35, 65],
        "value_label": "",
        "may_edit": True,
        "may_assign": True,
        "may_claim": False,
        "mine": True,
        "consent": "given",
        "previous": "",
        "following": "",
        "tab": "timeline",
        "note_draft": {},
        "task_draft": {},
    }


def _somebody(now: datetime, stages: list[str], zone: str) -> Thing:
    steps = [Thing(name=str(at), label=label, position=at, kind="open") for at, label in enumerate(stages)]
    return Thing(
        lead=_lead(now),
        contact=Thing(name=NAME, first_name=FIRST, email=MAIL, phone=PHONE, city="Tampa", state="FL"),
        stage=steps[min(2, len(steps) - 1)],
        stages=steps,
        owner=OWNER,
        tags=[],
        pinned=None,
        clocks=[Thing(at=now, zone=zone, label=say("in Tampa"))],
        tasks=_tasks(now),
        consents=[_consent(now)],
    )


def _lead(now: datetime) -> Thing:
    return Thing(
        id="preview",
        test=False,
        score=82,
        heat="hot",
        heat_why=say("Opened the form twice today."),
        owner_id="1",
        accepted_at=now,
        value_amount=2_450_000,
        currency="USD",
        source=say("Website"),
        cost_amount=4500,
        created_at=now - timedelta(days=2),
        score_reasons=_reasons(),
    )


def _reasons() -> list[Thing]:
    told = ((say("Reached by phone"), 30), (say("Amount over $20,000"), 27), (say("Came back twice"), 25))
    return [Thing(label=label, points=points) for label, points in told]


def _tasks(now: datetime) -> list[Thing]:
    first = Thing(id="1", title=say("Call back about the next step"), due_at=now + timedelta(hours=2), overdue=False)
    second = Thing(id="2", title=say("Send the summary"), due_at=now + timedelta(days=1), overdue=False)
    for task in (first, second):
        task.assignee, task.kind = OWNER, "call"
    return [first, second]


def _consent(now: datetime) -> Thing:
    words = say("I agree to be called and written to about my request.")
    return Thing(
        channels=["call", "sms", "email"], at=now - timedelta(days=2), text=words, revoked_at=None, certificate_id=""
    )


def _facts() -> list[Thing]:
    pairs = ((say("E-mail"), MAIL), (say("Phone"), "(555) 555-0142"), (say("City"), "Tampa, FL"), (say("Zip"), "33602"))
    facts = [
        Thing(field=Thing(name=str(at)), label=label, text=text, editable=False, sealed=False, revealed=False)
        for at, (label, text) in enumerate(pairs)
    ]
    return [Thing(label=say("Contact"), facts=facts)]


def _timeline(now: datetime) -> Thing:
    told = (
        (
            1,
            OWNER,
            say("called"),
            say("Wants to know what happens first. Call back this afternoon."),
            "phone",
            "success",
        ),
        (20, OWNER, say("wrote an e-mail"), say("Your documents are ready to read."), "mail", ""),
        (44, "", say("came in from the website"), "", "inbox", "info"),
    )
    entries = [
        Thing(
            id=str(hours),
            at=now - timedelta(hours=hours),
            actor=actor,
            item=Thing(title=title, body=body, icon=icon, tone=tone, url="", note=None),
        )
        for hours, actor, title, body, icon, tone in told
    ]
    return Thing(entries=entries, chip="all", cursor="")


def invoice(now: datetime) -> dict[str, Any]:
    """Context of `pdf/invoice.html`, without its look."""
    lines = [
        Thing(
            text=say("Service, November"), quantity=1, unit_amount=98_000, tax_rate=0, amount=98_000, source="manual"
        ),
        Thing(
            text=say("Documents and filing"), quantity=3, unit_amount=9_000, tax_rate=0, amount=27_000, source="manual"
        ),
    ]
    contact = Thing(name=NAME, address="18 Bay Street", city="Tampa", state="FL", zip="33602", country="US")
    bill = Thing(
        number=1042,
        issued_on=now.date(),
        due_on=now.date() + timedelta(days=14),
        total_amount=125_000,
        currency="USD",
        note=say("Thank you. Pay by transfer or in your account."),
    )
    return {"invoice": bill, "contact": contact, "lines": lines, "title": say("Invoice %(number)s", number=1042)}
