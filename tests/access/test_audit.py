"""What happened stays as it was written, and whoever changes it is named."""

import os
import sys
from datetime import timedelta
from pathlib import Path

import anyio
import msgspec
import psycopg
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from app.access.models import AuditEntry, AuditSeal, link
from app.access.service import audit
from app.access.service import people as people_service
from app.core import clock, config, events
from app.core.work import unit
from tests import database
from tests.access import people
from tests.access.doors import at, sign_in
from tests.conftest import SECRET
from tests.drive import drain

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]


async def write(cast, number, slug="harbor"):
    """So many audited deeds, each in a transaction of its own."""
    for deed in range(number):
        async with unit(tenant=cast.tenants[slug]) as work:
            changes = {"label": (f"before {deed}", {"amount": 1.5, "ünï": [deed, None, True]})}
            events.record(work, "role.changed", "role", cast.tenants[slug].id, changes=changes)


async def sealed(cast, runtime, slug="harbor"):
    soon = clock.now() + timedelta(seconds=60)
    outcomes = await drain(runtime, cast.tenants[slug], until=soon)
    assert outcomes["done"] >= 1 and set(outcomes) == {"done"}, outcomes


async def verdict(cast, slug="harbor", **options):
    async with unit(tenant=cast.tenants[slug]) as work:
        return await audit.verify(work, **options)


def as_owner(cast, urls, statement, slug="harbor"):
    """Behind the product's back, as the role that owns the tables."""
    with psycopg.connect(urls["owner"], autocommit=True) as connection:
        connection.execute(f"set search_path to {cast.tenants[slug].schema}")
        connection.execute(statement)


async def test_a_deed_is_written_with_who_what_before_after_and_from_where(cast):
    admin = await cast.browser("harbor", "ada")
    luis = await people.row(cast, "harbor", "luis")
    assert (await admin.post(f"/admin/people/{luis.id}/role", {"role": "manager"})).status_code == 303
    async with unit(tenant=cast.tenants["harbor"]) as work:
        entry = (await work.scalars(select(AuditEntry).where(AuditEntry.action == "person.role_changed"))).one()
    assert (entry.actor_kind, entry.actor_name, entry.entity, entry.entity_id) == (
        "person",
        "Ada Admin",
        "person",
        luis.id,
    )
    assert entry.changes == {"role": ["agent", "manager"]} and entry.address == "127.0.0.1" and entry.trace


async def test_what_is_rolled_back_leaves_no_entry(cast):
    before = await count(cast)
    with pytest.raises(RuntimeError):
        async with unit(tenant=cast.tenants["harbor"]) as work:
            events.record(work, "role.changed", "role", cast.tenants["harbor"].id)
            raise RuntimeError
    assert await count(cast) == before
    await write(cast, 1)
    assert await count(cast) == before + 1


async def count(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        return await work.scalar(select(func.count()).select_from(AuditEntry))


async def test_the_sealer_chains_everything_once_however_often_it_runs(cast, runtime):
    before = await count(cast)
    await write(cast, 5)
    assert (await verdict(cast)).unsealed_tail == before + 5
    await sealed(cast, runtime)
    first = await verdict(cast)
    assert (first.ok, first.sealed, first.unsealed_tail, first.first_bad) == (True, before + 5, 0, None)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert await audit.seal(work) == 0
    assert await verdict(cast) == first
    await write(cast, 2)
    await sealed(cast, runtime)
    second = await verdict(cast)
    assert (second.ok, second.sealed) == (True, before + 7) and second.head != first.head


async def test_sealing_is_asked_for_by_the_entry_itself_within_the_minute(cast, runtime):
    await write(cast, 1)
    assert (await drain(runtime, cast.tenants["harbor"]))["done"] == 0
    await sealed(cast, runtime)
    assert (await verdict(cast)).unsealed_tail == 0


async def test_batches_leave_no_seam(cast):
    await write(cast, 7)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        while await audit.seal(work, batch=3):
            pass
        numbers = list(await work.scalars(select(AuditSeal.number).order_by(AuditSeal.number)))
    assert numbers == list(range(1, len(numbers) + 1)) and (await verdict(cast)).ok


@pytest.mark.parametrize(
    "statement",
    [
        "update audit set actor_name = 'nobody'",
        "delete from audit",
        "update audit_seals set number = number + 1",
        "delete from audit_seals",
        "truncate audit",
    ],
)
async def test_the_tenant_may_add_and_read_and_nothing_else(cast, statement):
    await write(cast, 1)
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with unit(tenant=cast.tenants["harbor"]) as work:
            await work.execute(text(statement))


TAMPERING = {
    "an entry's actor": (
        "update audit set actor_name = 'Somebody else' where id = '{entry}'",
        "is not what was sealed",
    ),
    "an entry's values": ("update audit set changes = '{{}}' where id = '{entry}'", "is not what was sealed"),
    "an entry's time": (
        "update audit set at = at - interval '1 second' where id = '{entry}'",
        "is not what was sealed",
    ),
    "a seal's hash": (
        "update audit_seals set hash = sha256(hash) where number = 3",
        "is not what was sealed",
    ),
    "a seal that is gone": ("delete from audit_seals where number = 3", "missing"),
    "an entry that is gone": (
        "alter table audit_seals drop constraint fk_audit_seals_entry_id; delete from audit where id = '{entry}'",
        "missing",
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
async def test_whatever_the_owner_edits_by_hand_is_named(cast, runtime, urls, what):
    await write(cast, 5)
    await sealed(cast, runtime)
    assert (await verdict(cast)).ok
    async with unit(tenant=cast.tenants["harbor"]) as work:
        entry = await work.scalar(select(AuditSeal.entry_id).where(AuditSeal.number == 3))
    statement, why = TAMPERING[what]
    try:
        as_owner(cast, urls, statement.format(entry=entry))
        found = await verdict(cast)
        assert not found.ok and found.first_bad.number == 3 and why in found.first_bad.why
        assert "broken at number 3" in audit.sentence(found)
        assert (await verdict(cast, "summit")).ok
    finally:
        if "drop constraint" in statement:
            as_owner(
                cast,
                urls,
                "delete from audit_seals; alter table audit_seals add constraint fk_audit_seals_entry_id"
                " foreign key (entry_id) references audit (id)",
            )


async def test_an_end_that_was_cut_off_shows_against_the_last_check(cast, runtime, urls):
    await write(cast, 4)
    await sealed(cast, runtime)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert (await audit.check(work)).ok
    as_owner(cast, urls, "delete from audit_seals where number > 2")
    found = await verdict(cast)
    assert not found.ok and found.first_bad.number == 3 and "end of the chain" in found.first_bad.why


async def test_a_chain_that_was_reckoned_anew_differs_from_the_one_checked_before(cast, runtime, urls):
    await write(cast, 4)
    await sealed(cast, runtime)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        await audit.check(work)
    as_owner(
        cast,
        urls,
        "update audit set actor_name = 'Somebody else' where id = (select entry_id from audit_seals where number = 2)",
    )
    async with unit(tenant=cast.tenants["harbor"]) as work:
        rows = (await work.execute(audit._links(0))).all()
    before = bytes(32)
    for row in rows:
        before = link(before, row.number, row)
        as_owner(cast, urls, f"update audit_seals set hash = '\\x{before.hex()}' where number = {row.number}")
    found = await verdict(cast)
    assert not found.ok and "checked before" in found.first_bad.why


async def test_the_page_checks_from_the_last_full_check_on(cast, runtime):
    await write(cast, 3)
    await sealed(cast, runtime)
    assert await verdict(cast, from_checkpoint=True) == await verdict(cast), "before the first full check too"
    admin = await cast.browser("harbor", "ada")
    assert (await admin.post("/admin/audit/check")).status_code == 303
    async with unit(tenant=cast.tenants["harbor"]) as work:
        checked = await config.get(work, "audit_checked")
    await write(cast, 2)
    quick, full = await verdict(cast, from_checkpoint=True), await verdict(cast)
    assert quick == full and checked["number"] == full.sealed
    page = await admin.get("/admin/audit/chain")
    assert "entries, unbroken" in page.text


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("", True),
        ("action=person.role_changed", True),
        ("action=person.created", False),
        ("person={ada}", True),
        ("person={luis}", False),
        ("record={luis}", True),
        ("record={ada}", False),
        ("entity=person&record={luis}", True),
        ("since=2020-01-01", True),
        ("until=2020-01-01", False),
        ("since={today}&until={today}", True),
    ],
)
async def test_searching(cast, query, seen):
    admin = await cast.browser("harbor", "ada")
    luis, ada = await people.row(cast, "harbor", "luis"), await people.row(cast, "harbor", "ada")
    async with unit(tenant=cast.tenants["harbor"]) as work:
        work.person = None
        from app.core.work import Actor

        work.actor = Actor("person", ada.id, ada.name)
        await people_service.change_role(work, luis.id, "manager")
    from zoneinfo import ZoneInfo

    today = clock.now().astimezone(ZoneInfo("America/New_York")).date().isoformat()
    page = await admin.get("/admin/audit?" + query.format(luis=luis.id, ada=ada.id, today=today))
    assert page.status_code == 200
    assert ("agent → manager" in page.text) == seen


@pytest.mark.parametrize("query", ["record=nonsense", "person=1", "since=yesterday"])
async def test_a_search_that_can_not_be_read_says_how_to_mend_it(cast, query):
    page = await (await cast.browser("harbor", "ada")).get(f"/admin/audit?{query}")
    assert (page.status_code == 422 and "error-summary" in page.text) or "field-error" in page.text


async def test_pages_of_the_log_hang_together(cast):
    await write(cast, 120)
    admin, seen, url = await cast.browser("harbor", "ada"), [], "/admin/audit?action=role.changed"
    import html
    import re

    while url:
        page = await admin.get(url)
        seen += re.findall(r"before (\d+) →", page.text)
        following = re.search(r'href="(/admin/audit\?[^"]*after=[^"]+)"', page.text)
        url = html.unescape(following[1]) if following else ""
    assert [int(number) for number in seen] == list(range(119, -1, -1))


async def test_the_export_holds_no_formula(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        from app.core.work import Actor

        work.actor = Actor("person", None, "=HYPERLINK(1)")
        events.record(work, "role.changed", "role", cast.tenants["harbor"].id, changes={"label": ("@a", "+b")})
    answer = await (await cast.browser("harbor", "ada")).get("/admin/audit.csv?action=role.changed")
    assert answer.headers["content-type"].startswith("text/csv")
    assert '"\'=HYPERLINK(1)"' in answer.text and '"=' not in answer.text


@pytest.mark.parametrize(
    ("email", "password", "action"),
    [
        ("luis@example.com", "wrong pass phrase", "person.sign_in_failed"),
        ("nobody.here@example.com", "x", "person.sign_in_failed"),
        ("luis@example.com", "a long pass phrase", "person.signed_in"),
    ],
)
async def test_comings_in_are_audited_also_the_refused_ones(cast, email, password, action):
    await sign_in(at(cast, "harbor", "203.0.113.8"), email, password)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        entry = (await work.scalars(select(AuditEntry).where(AuditEntry.action == action))).one()
    assert entry.address == "203.0.113.8"
    assert email not in str(entry.changes) and password not in str(entry.changes)


async def command(urls, *arguments):
    """`marquee …` in a process of its own, on this worker's database."""
    environment = os.environ | database.environment(urls, SECRET)
    started = [sys.executable, "-c", "from app.cli import main; main()", *arguments]
    done = await anyio.run_process(started, check=False, env=environment, cwd=ROOT)
    return done.returncode, done.stdout.decode()


async def test_the_command_says_what_the_page_says_and_fails_when_the_chain_is_broken(cast, runtime, urls):
    await write(cast, 3)
    await sealed(cast, runtime)
    status, said = await command(urls, "audit", "verify", "--tenant", "harbor")
    assert status == 0 and "entries, unbroken" in said
    as_owner(cast, urls, "delete from audit_seals where number = 2")
    status, said = await command(urls, "audit", "verify", "--tenant", "harbor", "--json")
    told = msgspec.json.decode(said.splitlines()[-1])
    assert status == 1 and told["ok"] is False and told["first_bad"]["number"] == 2


async def test_the_page_says_names_where_the_log_holds_ids(cast):
    from app.leads.service import assign
    from tests.analytics.people import lead

    luis = await people.row(cast, "harbor", "luis")
    async with unit(tenant=cast.tenants["harbor"]) as work:
        made = await lead(work, clock.now())
        await assign(work, made.id, luis.id)
        hours = {"mon": [["09:00", "17:00"]], "tue": [["09:00", "17:00"]]}, {"mon": [["09:00", "17:00"]]}
        events.record(work, "settings.changed", "tenant", cast.tenants["harbor"].id, changes={"hours": hours})
    page = (await (await cast.browser("harbor", "ada")).get("/admin/audit")).text
    assert "→ Luis Ortega" in page and f"→ {luis.id}" not in page
    assert f'href="/agent/leads/{made.id}"' in page
    assert "hours · tue:" in page and "hours · mon:" not in page
