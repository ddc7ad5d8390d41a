"""Whose records a role sees, on every surface: scope × surface × whose record. Each denial stands beside the same call that
succeeds (SEC-13).
"""

import re
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from uuid_utils.compat import uuid7

from app.access import service as access
from app.access.models import Role
from app.billing.models import Invoice
from app.calls.models import Call
from app.contacts import service as contacts
from app.contacts.queries import tags_of
from app.core import clock
from app.core.work import unit
from app.documents.models import Document
from app.leads.models import Lead
from app.messages.models import Message
from app.programs.models import Debt, Program
from app.support.models import Ticket
from app.tasks.models import Task
from app.team import service as team
from tests.drive import drain
from tests.isolation.routes import every_route
from tests.leads.making import a_lead, person_id
from tests.world import PASSWORD

pytestmark = pytest.mark.anyio

# Whose record → the first name of the person behind it. Luis looks; Maria is in his team, Nora in another.
NAMES = {"mine": "Minerva", "mates": "Matilda", "others": "Oswalda", "nobodys": "Nadezhda"}
EVERYBODYS = frozenset(NAMES)
SCOPES = {
    ("own", False): frozenset({"mine"}),
    ("own", True): frozenset({"mine", "nobodys"}),
    ("team", False): frozenset({"mine", "mates"}),
    ("team", True): frozenset({"mine", "mates", "nobodys"}),
    ("all", False): EVERYBODYS,
    ("all", True): EVERYBODYS,
}


class World:
    """The same record of each kind for each owner: `leads["mine"]`, `tasks["mine"]` and so on hold ids."""

    def __init__(self) -> None:
        self.kinds: dict[str, dict[str, UUID]] = {}

    def __getattr__(self, kind: str) -> dict[str, UUID]:
        return self.__dict__["kinds"].setdefault(kind, {})


@pytest.fixture
async def world(cast):
    harbor = cast.tenants["harbor"]
    async with unit(tenant=harbor) as work:
        nora = await access.create_person(work, email="nora@example.com", name="Nora", role="agent", password=PASSWORD)
        for name, people in (("East", ("luis", "maria")), ("West", ("nora",))):
            made = await team.create_team(work, name)
            for one in people:
                person = nora.id if one == "nora" else await person_id(cast, one)
                await team.change_member(work, person, team.MemberValues(team_id=made.id))
        admin = await work.scalar(select(Role.permissions).where(Role.name == "admin"))
        await work.execute(update(Role).where(Role.name == "agent").values(permissions=admin))
    owners = {
        "mine": await person_id(cast, "luis"),
        "mates": await person_id(cast, "maria"),
        "others": nora.id,
        "nobodys": None,
    }
    made = World()
    for number, (whose, owner) in enumerate(owners.items()):
        lead = await a_lead(cast, first_name=NAMES[whose], last_name="Reachable", owner_id=owner)
        made.leads[whose] = lead
        async with unit(tenant=harbor) as work:
            await _hang(work, made, whose, lead, owner, number)
    return made


async def _hang(work, made, whose, lead_id, owner, number):
    """What belongs to a lead in the rooms above."""
    contact = (await work.get(Lead, lead_id)).contact_id
    now, of = clock.now(), {"lead_id": lead_id, "contact_id": contact}
    rows = {
        "tasks": Task(id=uuid7(), entity="lead", entity_id=lead_id, title="T", assignee_id=owner, created_at=now),
        "messages": Message(id=uuid7(), direction="in", channel="sms", state="received", body="Hello", at=now, **of),
        "calls": Call(id=uuid7(), direction="out", state="logged", at=now, agent_id=owner, **of),
        "programs": Program(
            id=uuid7(), number=9000 + number, months=12, settlement_rate=5000, fee_rate=2000,
            first_deposit_on=date(2026, 12, 1), created_at=now, **of,
        ),
        "invoices": Invoice(
            id=uuid7(), number=9000 + number, contact_id=contact, state="open", total_amount=100, issued_on=now.date(),
            created_at=now,
        ),
        "documents": Document(
            id=uuid7(), entity="lead", entity_id=lead_id, contact_id=contact, kind="upload", name="a.pdf",
            content_type="application/pdf", size=1, sha256="0", body=b"x", created_at=now,
        ),
        "tickets": Ticket(
            id=uuid7(), number=9000 + number, subject="Help", channel="email", priority="normal", assignee_id=owner,
            created_at=now, updated_at=now, **of,
        ),
    }  # fmt: skip
    for kind, row in rows.items():
        work.add(row)
        made.kinds.setdefault(kind, {})[whose] = row.id
    await work.flush()
    debt = {"creditor": "Bank", "enrolled_amount": 1000, "current_amount": 1000, "position": 1}
    work.add(Debt(id=uuid7(), program_id=made.programs[whose], **debt))
    await contacts.add_note(work, "lead", lead_id, f"A note about {NAMES[whose]}")


async def looking(cast, scope):
    """Luis, whose role has this scope and every right there is."""
    async with unit(tenant=cast.tenants["harbor"]) as work:
        await work.execute(update(Role).where(Role.name == "agent").values(reach=scope[0], unassigned=scope[1]))
    return await cast.browser("harbor", "luis")


def named(text):
    return frozenset(whose for whose, name in NAMES.items() if name in text)


LISTS = [
    "/agent/leads?limit=50",
    "/agent/leads?q=Reachable",
    "/agent/leads?sort=-score",
    "/agent/leads/export.csv?q=Reachable",
    "/agent/board",
    "/api/v1/leads?q=Reachable",
    "/palette?q=Reachable",
    "/search?q=Reachable",
    "/agent/messages",
    "/agent/messages?show=all",
    "/agent/calls?view=all",
    "/agent/programs?show=all",
    "/admin/invoices",
    "/agent/tickets?tab=all",
]


async def test_lists_searches_and_exports_show_who_is_within_reach(cast, world):
    shown, expected = {}, {}
    for scope, seen in SCOPES.items():
        luis = await looking(cast, scope)
        for url in LISTS:
            answer = await luis.get(url, follow_redirects=True)
            assert answer.status_code == 200, url
            shown[scope, url], expected[scope, url] = named(answer.text), seen
    assert shown == expected


async def counted(browser):
    answer = await browser.get("/agent/leads/count?q=Reachable", headers={"HX-Request": "true"})
    return int(re.search(r"\d+", re.sub(r"<[^>]*>", "", answer.text))[0])


async def test_counts_count_who_is_within_reach_also_right_after_the_role_sees_less(cast, world):
    """Counts are kept for half a minute: one that was kept is never told to a narrower role."""
    narrowing = sorted(SCOPES.items(), key=lambda pair: -len(pair[1]))
    told = [await counted(await looking(cast, scope)) for scope, _ in narrowing]
    assert told == [len(seen) for _, seen in narrowing]


async def test_the_queue_has_ones_own_and_what_may_be_taken(cast, world):
    for scope, seen in SCOPES.items():
        luis = await looking(cast, scope)
        answer = await luis.get("/agent/queue/list", headers={"HX-Request": "true"})
        assert named(answer.text) == {"mine", *({"nobodys"} & seen)}, scope


# Nobody's queue holds what somebody else works on, however far the role reaches.
QUEUE = {"/agent/queue/{lead_id:uuid}/why"}


def _of_leads(app, method):
    """Every route that names one lead."""
    return [route for route in every_route(app) if route.method == method and "{lead_id:uuid}" in route.template]


def _at(route, lead_id):
    """Its address, with the other parts filled in."""
    template = route.template.replace("{lead_id:uuid}", str(lead_id)).replace("/cell/{name:str}", "/cell/stage")
    template = template.replace("{name:str}", "first_name")
    filled = re.sub(r"\{\w+:uuid\}", str(uuid4()), re.sub(r"\{\w+:str\}", "hold", template))
    return f"{filled}?stage=contacted" if filled.endswith("/stage") else filled


async def test_every_page_of_a_lead_opens_within_reach_and_is_unknown_beyond(app, cast, world):
    scope, wrong, routes = ("team", True), [], _of_leads(app, "GET")
    luis = await looking(cast, scope)
    assert len(routes) > 15
    for route in routes:
        for whose, lead_id in world.leads.items():
            if route.template in QUEUE and whose in ("mates", "others"):
                continue
            answer = await luis.get(_at(route, lead_id), follow_redirects=False)
            within = whose in SCOPES[scope]
            if (answer.status_code == 404) is within or (not within and named(answer.text)):
                wrong.append((str(route), whose, answer.status_code))
    assert wrong == []


async def test_nothing_can_be_done_to_a_lead_beyond_reach(app, cast, world):
    """With the same call on one within reach taken, refused by its form or redirected, but never unknown."""
    luis, wrong = await looking(cast, ("team", True)), []
    for route in _of_leads(app, "POST"):
        answer = await luis.post(_at(route, world.leads["others"]), {"stage": "contacted", "body": "x"})
        late = answer.status_code == 409 and route.template.endswith(("/claim", "/take"))
        if answer.status_code != 404 and not late:  # who comes second of many hears that somebody was quicker
            wrong.append((str(route), answer.status_code))
    assert wrong == []
    for path in ("claim", "notes", "tags", "tasks", "stage", "release"):
        answer = await luis.post(f"/agent/leads/{world.leads['mine']}/{path}", {"body": "x", "stage": "contacted"})
        assert answer.status_code != 404, path
    async with unit(tenant=cast.tenants["harbor"]) as work:
        other = await work.get(Lead, world.leads["others"])
    assert other.owner_id is not None and other.deleted_at is None


async def test_only_whoever_sees_what_nobody_has_may_take_it(cast, world):
    for unassigned, status in ((False, 404), (True, 303)):
        luis = await looking(cast, ("own", unassigned))
        for path in ("leads/{}/claim", "queue/{}/take"):
            answer = await luis.post("/agent/" + path.format(world.leads["nobodys"]))
            assert answer.status_code == status, path


BY_ID = {
    "leads": ("GET", "/agent/leads/{id}/peek"),
    "tasks": ("GET", "/agent/tasks/{id}"),
    "messages": ("POST", "/agent/messages/{id}/answered"),
    "calls": ("GET", "/agent/calls/{id}/state"),
    "programs": ("GET", "/agent/programs/{id}"),
    "invoices": ("GET", "/admin/invoices/{id}"),
    "documents": ("GET", "/agent/documents/{id}"),
    "tickets": ("GET", "/agent/tickets/{id}"),
}


async def test_records_that_hang_on_a_lead_follow_it(cast, world):
    found = {(scope, kind): set() for scope in SCOPES for kind in BY_ID}
    for scope in SCOPES:
        luis = await looking(cast, scope)
        for kind, (method, path) in BY_ID.items():
            for whose, record in world.kinds[kind].items():
                url = path.format(id=record)
                answer = await (luis.get(url, follow_redirects=True) if method == "GET" else luis.post(url))
                assert answer.status_code in (200, 204, 303, 404), (url, answer.status_code)
                if answer.status_code != 404:
                    found[scope, kind].add(whose)
    assert found == {(scope, kind): seen for scope, seen in SCOPES.items() for kind in BY_ID}


async def test_bulk_changes_touch_who_is_within_reach(cast, world):
    """By their ids, and as all that match."""
    touched = {}
    for number, scope in enumerate(SCOPES):
        luis, tag = await looking(cast, scope), f"touched{number}"
        ids = [str(lead) for lead in world.leads.values()]
        chosen = {"ids": ids} if number % 2 else {"every": "1", "q": "Reachable"}
        assert (await luis.post("/agent/leads/bulk", {**chosen, "verb": "tag", "tag": tag})).status_code == 303
        await drain(cast.runtime, cast.tenants["harbor"])
        async with unit(tenant=cast.tenants["harbor"]) as work:
            tags = await tags_of(work, "lead", list(world.leads.values()))
        touched[scope] = {whose for whose, lead in world.leads.items() if tag in dict(tags.get(lead, []))}
    assert touched == SCOPES
