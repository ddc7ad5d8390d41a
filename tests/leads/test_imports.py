"""A book of leads brought in: columns guessed, every fault shown before, each line once whoever is killed, taken back whole."""

import csv
import io
import re
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from app.contacts.models import Consent, Contact
from app.core.events import Event
from app.core.work import unit
from app.leads import service as leads
from app.leads.models import Lead, LeadFile
from app.leads.service import import_running, import_undoing, imports
from tests.counting import counted
from tests.drive import all_tries, drain
from tests.leads.making import a_lead, person_id

pytestmark = pytest.mark.anyio
IMPORT = "/agent/leads/import"
HEAD = "Full Name;Cell Phone;E-Mail;State;ZIP;Total debt;Shoe size\r\n"
BOOK = HEAD + (
    '"Reyes, Ana";(727) 555-0801;ana@example.com;Florida;33602;$12,500.00;7\r\n'
    "José Peña;727-555-0802;;FL;33603;9000;8\r\n"
    "No Way Home;;;FL;33604;100;9\r\n"
    "Zip Wrong;727 555 0804;zip@example.com;FL;336;100;9\r\n"
    "Ana Again;7275550801;;GA;;1;\r\n"
)


async def uploaded(cast, browser, content: bytes | str, name="book.csv", slug="harbor") -> str:
    """The address of the import, read."""
    body = content.encode() if isinstance(content, str) else content
    answer = await browser.post(IMPORT, {}, files={"file": (name, body, "text/csv")})
    assert answer.status_code == 303, answer.text
    assert (await drain(cast.runtime, cast.tenants[slug]))["failed"] == 0
    return answer.headers["location"]


def form_of(page: str) -> dict[str, str]:
    """What the columns form says as it stands."""
    found = {}
    for name, inside in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', inside)
        found[name] = chosen[1] if chosen else ""
    return {**found, "heads": "1", "source": "Old book"}


async def checked(cast, browser, url: str, slug="harbor", **changes: str) -> str:
    form = {**form_of((await browser.get(url)).text), **changes}
    answer = await browser.post(f"{url}/columns", form)
    assert answer.status_code == 303, answer.text
    await drain(cast.runtime, cast.tenants[slug])
    return (await browser.get(url)).text


async def brought_in(cast, browser, content, slug="harbor", options=None, **changes: str) -> str:
    url = await uploaded(cast, browser, content, slug=slug)
    await checked(cast, browser, url, slug, **changes)
    answer = await browser.post(f"{url}/run", options or {"duplicates": "skip", "assign": "nobody"})
    assert answer.status_code == 303, answer.text
    outcomes = await drain(cast.runtime, cast.tenants[slug])
    assert not outcomes["failed"] and not outcomes["retry"], await errors(cast)
    return url


async def errors(cast) -> list[str]:
    """What stands on rows of the agenda that went wrong."""
    async with cast.runtime.directory.relay("default").begin() as connection:
        return [
            row[0] for row in await connection.execute(text("select error from spine.agenda where error is not null"))
        ]


async def counts(cast, url: str, slug="harbor") -> dict[str, int]:
    async with unit(tenant=cast.tenants[slug]) as work:
        file = await work.get_one(LeadFile, UUID(url.rpartition("/")[2]))
        return {name: file.counts.get(name, 0) for name in ("added", "filled", "skipped", "refused")}


async def living(cast, slug="harbor", **where: str) -> list[tuple[Lead, Contact]]:
    async with unit(tenant=cast.tenants[slug]) as work:
        found = select(Lead, Contact).join(Contact, Contact.id == Lead.contact_id).where(Lead.deleted_at.is_(None))
        for name, value in where.items():
            found = found.where(getattr(Contact, name) == value)
        return [(one[0], one[1]) for one in await work.execute(found)]


async def test_columns_are_guessed_and_every_fault_stands_beside_its_cell(cast):
    ada = await cast.browser("harbor", "ada")
    url = await uploaded(cast, ada, BOOK)
    form = form_of((await ada.get(url)).text)
    assert [form[f"to.{place}"] for place in range(7)] == ["name", "phone", "email", "state", "zip", "total_debt", ""]
    page = await checked(cast, ada, url)
    assert "is not a ZIP code" in page and "Neither a phone number nor an e-mail address." in page
    assert "(727) 555-0801" in page and "Ana" in page
    assert await living(cast, first_name="Ana") == []


async def test_lines_become_leads_and_the_others_an_error_file_that_comes_in_when_mended(cast):
    ada = await cast.browser("harbor", "ada")
    url = await brought_in(cast, ada, BOOK)
    assert await counts(cast, url) == {"added": 2, "filled": 0, "skipped": 1, "refused": 2}
    ((lead, ana),) = await living(cast, phone="+17275550801")
    assert (ana.first_name, ana.last_name, ana.state, lead.source) == ("Ana", "Reyes", "FL", "Old book")
    assert (lead.value_amount, lead.heat, lead.owner_id) == (1_250_000, 0, None)
    refused = (await ada.get(f"{url}/errors.csv")).text.lstrip("\ufeff")
    lines = list(csv.reader(io.StringIO(refused)))
    assert [line[0] for line in lines] == ["Full Name", "No Way Home", "Zip Wrong"]
    assert "ZIP code" in lines[2][-1]
    again = await brought_in(cast, ada, refused.replace('"336"', '"33604"'))
    assert await counts(cast, again) == {"added": 1, "filled": 0, "skipped": 0, "refused": 1}
    assert len(await living(cast, phone="+17275550804")) == 1


async def test_the_preview_counts_as_new_exactly_whom_the_run_adds(cast, monkeypatch):
    """Twins of a line before are none, also where it was checked in another chunk; nor is whoever is here."""
    monkeypatch.setattr(imports, "CHECKED_AT_ONCE", 2)
    await a_lead(cast, first_name="Here", phone="+17275550811")
    people = ("Here,7275550811,here@example.com", "Ana,7275550812,ana@example.com", "Bo,7275550813,",
              "Ana again,(727) 555-0812,", "Ana's mail,,ana@example.com", "Here's mail,,here@example.com")  # fmt: skip
    ada = await cast.browser("harbor", "ada")
    url = await uploaded(cast, ada, "Name,Phone,E-mail\r\n" + "\r\n".join(people))
    page = await checked(cast, ada, url)
    assert {name: figure_of(page, name) for name in ("Can come in", "Are here already", "Twice in the file", "Refused")} == {
        "Can come in": 3, "Are here already": 1, "Twice in the file": 2, "Refused": 0,
    }  # fmt: skip
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert (await work.get_one(LeadFile, UUID(url.rpartition("/")[2]))).body is None, "nothing of the lines is left"
    await ada.post(f"{url}/run", {"duplicates": "skip", "assign": "nobody"})
    await drain(cast.runtime, cast.tenants["harbor"])
    assert await counts(cast, url) == {"added": 3, "filled": 0, "skipped": 3, "refused": 0}


def figure_of(page: str, label: str) -> int:
    """The number under a label of the row of figures."""
    found = re.search(rf"<span>{label}</span></p>\s*<p[^>]*><span class=\"figure-large\">([\d,]+)<", page)
    assert found, label
    return int(found[1].replace(",", ""))


async def test_whoever_may_not_bring_in_finds_no_such_page(cast):
    luis, ada = await cast.browser("harbor", "luis"), await cast.browser("harbor", "ada")
    url = await uploaded(cast, ada, BOOK)
    for path in (IMPORT, url, f"{url}/errors.csv", "/admin/imports"):
        assert (await luis.get(path)).status_code == 404
        assert (await ada.get(path)).status_code == 200
    assert (await luis.post(f"{url}/discard")).status_code == 404
    assert (await ada.post(f"{url}/discard")).status_code == 303
    assert (await ada.get(url)).status_code == 404


@pytest.mark.parametrize(
    ("rule", "first", "debt", "leads"),
    [
        ("skip", "Old", 500_000, 1),
        ("fill", "Old", 500_000, 1),
        ("overwrite", "Ana", 100, 1),
        ("anyway", "Old", 500_000, 2),
    ],
)
async def test_whoever_is_here_already_is_met_by_the_rule(cast, rule, first, debt, leads):
    known = await a_lead(cast, first_name="Old", phone="+17275550801", total_debt="5000")
    ada = await cast.browser("harbor", "ada")
    await brought_in(cast, ada, BOOK, options={"duplicates": rule, "assign": "nobody"})
    found = await living(cast, phone="+17275550801")
    lead = next(lead for lead, _ in found if lead.id == known)
    assert (found[0][1].first_name, lead.value_amount) == (first, debt)
    assert found[0][1].email == (None if rule in ("skip", "anyway") else "ana@example.com")
    assert len(found) == leads if rule != "anyway" else len(found) >= leads


async def test_whoever_was_filled_in_has_the_new_score_at_once_and_the_old_one_when_taken_back(cast):
    """With the chunk, not by a job for each lead: 20,000 of them were an afternoon's work."""
    known = await a_lead(cast, first_name="Ana", phone="+17275550801")
    async with unit(tenant=cast.tenants["harbor"]) as work:
        before = (await leads.rescore(work, known)).score
    ada = await cast.browser("harbor", "ada")
    url = await brought_in(cast, ada, BOOK, options={"duplicates": "fill", "assign": "nobody"})
    ((lead, _),) = await living(cast, phone="+17275550801")
    assert lead.score > before, "an e-mail and a debt are known now"
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert (await leads.rescore(work, known)).score == lead.score
        told = select(Event.payload["scored"].as_boolean()).where(
            Event.entity_id == known, Event.kind == "lead.updated"
        )
        assert set(await work.scalars(told)) == {True}
    await ada.post(f"{url}/undo")
    await drain(cast.runtime, cast.tenants["harbor"])
    ((lead, _),) = await living(cast, phone="+17275550801")
    assert lead.score == before


async def test_taken_back_it_is_as_before_but_for_what_was_worked_on(cast):
    known = await a_lead(cast, first_name="Old", phone="+17275550802", state="GA")
    ada = await cast.browser("harbor", "ada")
    url = await brought_in(
        cast, ada, BOOK, options={"duplicates": "overwrite", "assign": "nobody"},
        consent="You may call me.", consent_from="Old form", consent_on="2026-01-05",
    )  # fmt: skip
    assert (await living(cast, phone="+17275550802"))[0][1].state == "FL"
    ((lead, ana),) = await living(cast, phone="+17275550801")
    await ada.post(f"/agent/leads/{lead.id}/notes", {"body": "Called back."})
    assert "was worked on since and is kept" in (await ada.get(url)).text
    assert (await ada.post(f"{url}/undo")).status_code == 303
    assert (await drain(cast.runtime, cast.tenants["harbor"]))["failed"] == 0
    assert len(await living(cast, phone="+17275550801")) == 1
    ((back, jose),) = await living(cast, phone="+17275550802")
    assert (back.id, jose.first_name, jose.state, jose.email) == (known, "Old", "GA", None)
    assert "Taken back" in (await ada.get(url)).text
    async with unit(tenant=cast.tenants["harbor"]) as work:
        standing = select(Consent.contact_id).where(Consent.text == "You may call me.", Consent.revoked_at.is_(None))
        assert set(await work.scalars(standing)) == {ana.id}


async def test_lines_about_one_lead_are_taken_back_in_turn(cast, monkeypatch):
    """The last line first, each in a chunk of its own; what is given back on the way is nobody's work."""
    monkeypatch.setattr(import_undoing, "CHUNK", 1)
    old = await a_lead(cast, first_name="Old", phone="+17275550802", zip="30301")
    ada = await cast.browser("harbor", "ada")
    book = "Name,Phone,ZIP\r\n" + "".join(f"{name},727555080{n},{zip_}\r\n" for name, n, zip_ in (
        ("José Peña", 2, "33601"), ("Ana Reyes", 1, "33602"), ("Ann Reyes", 1, "33603"), ("Joe Penn", 2, "33604"),
    ))  # fmt: skip
    url = await brought_in(cast, ada, book, options={"duplicates": "overwrite", "assign": "nobody"})
    assert await counts(cast, url) == {"added": 1, "filled": 3, "skipped": 0, "refused": 0}
    assert (await living(cast, phone="+17275550802"))[0][1].zip == "33604"
    await ada.post(f"{url}/undo")
    assert (await drain(cast.runtime, cast.tenants["harbor"]))["failed"] == 0
    assert await living(cast, phone="+17275550801") == []
    ((back, jose),) = await living(cast, phone="+17275550802")
    assert (back.id, jose.first_name, jose.zip) == (old, "Old", "30301")


async def test_taking_back_asks_no_more_for_many_lines_than_for_few(cast):
    ada, asked = await cast.browser("harbor", "ada"), {}
    for many in (5, 60):
        numbers = range(1000 * many, 1000 * many + many)
        book = "Name,Phone\r\n" + "".join(f"Kim Park,727555{number % 10000:04}\r\n" for number in numbers)
        url = await brought_in(cast, ada, book, consent="Call me.", consent_from="Form", consent_on="2026-01-05")
        assert (await counts(cast, url))["added"] == many
        await ada.post(f"{url}/undo")
        with counted() as said:
            await drain(cast.runtime, cast.tenants["harbor"])
        asked[many] = len(
            [
                one
                for one in said
                if "import_rows" in one or "leads" in one or "sequence_runs" in one or "lead_offers" in one
            ]
        )
        async with unit(tenant=cast.tenants["harbor"]) as work:
            gone = select(func.count()).select_from(Event).where(Event.kind == "lead.deleted")
            assert await work.scalar(gone) == many + (5 if many == 60 else 0)
    assert asked[60] <= asked[5] + 2, asked


async def test_a_file_that_was_taken_back_comes_in_anew_with_other_columns(cast):
    ada = await cast.browser("harbor", "ada")
    book = "A,B,Phone\r\nReyes,Ana,7275550801\r\n"
    url = await brought_in(cast, ada, book, **{"to.0": "first_name", "to.1": "last_name"})
    await ada.post(f"{url}/undo")
    await drain(cast.runtime, cast.tenants["harbor"])
    assert await living(cast, phone="+17275550801") == []
    await brought_in(cast, ada, book, **{"to.0": "last_name", "to.1": "first_name"})
    ((_, ana),) = await living(cast, phone="+17275550801")
    assert (ana.first_name, ana.last_name) == ("Ana", "Reyes")


async def test_killed_in_the_middle_every_line_comes_in_once(cast, monkeypatch):
    """The worker dies after the leads of a chunk are written and before its row is off the agenda."""
    monkeypatch.setattr(import_running, "CHUNK", 3)
    ada = await cast.browser("harbor", "ada")
    lines = "".join(f"Kim Park{n},727555{1000 + n}\r\n" for n in range(10))
    url = await uploaded(cast, ada, "Name,Phone\r\n" + lines)
    await checked(cast, ada, url)
    await ada.post(f"{url}/run", {"duplicates": "anyway", "assign": "nobody"})
    whole, turns = import_running.create_many, iter([False, True, False, True])

    async def dies(work, arrivals, told):
        made = await whole(work, arrivals, told)
        if next(turns, False):
            raise ConnectionError("killed")
        return made

    monkeypatch.setattr(import_running, "create_many", dies)
    for _ in range(6):
        await drain(cast.runtime, cast.tenants["harbor"])
        async with cast.runtime.directory.relay("default").begin() as connection:
            await connection.execute(text("update spine.agenda set due = now() - interval '1 day' where attempts > 0"))
    assert await counts(cast, url) == {"added": 10, "filled": 0, "skipped": 0, "refused": 0}
    assert len([1 for _, contact in await living(cast) if contact.last_name.startswith("Park")]) == 10


async def test_pressing_twice_runs_once_and_stopping_keeps_the_rest_out(cast, monkeypatch):
    monkeypatch.setattr(import_running, "CHUNK", 2)
    ada = await cast.browser("harbor", "ada")
    url = await uploaded(cast, ada, BOOK)
    await checked(cast, ada, url)
    options = {"duplicates": "anyway", "assign": "nobody"}
    assert [(await ada.post(f"{url}/run", options)).status_code for _ in range(2)] == [303, 303]
    assert (await ada.post(f"{url}/stop")).status_code == 303
    await drain(cast.runtime, cast.tenants["harbor"])
    assert (await counts(cast, url))["added"] == 0
    assert "was stopped" in (await ada.get(url)).text


async def test_routing_and_sequences_start_only_when_told(cast):
    ada, tenant = await cast.browser("harbor", "ada"), cast.tenants["harbor"]
    luis = await person_id(cast, "luis")
    await brought_in(cast, ada, BOOK, options={"duplicates": "skip", "assign": "person", "owner_id": str(luis)})
    ((lead, _),) = await living(cast, phone="+17275550801")
    assert lead.owner_id == luis
    async with unit(tenant=tenant) as work:
        assert await work.scalar(select(func.count()).select_from(Event).where(Event.kind.like("sequence.%"))) == 0
        kinds = set(await work.scalars(select(Event.kind).where(Event.entity_id == lead.id)))
        assert kinds == {"lead.created"}


async def test_without_stated_consent_nobody_can_be_called(cast):
    ada = await cast.browser("harbor", "ada")
    page = await checked(cast, ada, await uploaded(cast, ada, BOOK))
    assert "No row states a consent." in page
    url = await uploaded(cast, ada, BOOK)
    form = form_of((await ada.get(url)).text) | {"consent": "You may call me."}
    answer = await ada.post(f"{url}/columns", form)
    assert answer.status_code == 422 and "Enter the day when they agreed." in answer.text
    assert "You may call me." in answer.text


async def test_columns_that_are_remembered_and_a_new_field(cast):
    ada = await cast.browser("harbor", "ada")
    await checked(cast, ada, await uploaded(cast, ada, BOOK), **{"to.6": "+"})
    form = form_of((await ada.get(await uploaded(cast, ada, BOOK))).text)
    assert form["to.6"] == "shoe_size"


async def test_what_is_no_table_is_said_kindly(cast):
    ada = await cast.browser("harbor", "ada")
    answer = await ada.post(IMPORT, {}, files={"file": ("a.csv", b"", "text/csv")})
    assert answer.status_code == 422 and "Choose a file" in answer.text
    for body, said in (
        (b" \r\n \r\n", "holds no rows"),
        (b"PK\x03\x04 nothing of the kind", "can’t be read|can't be read"),
    ):
        page = (await ada.get(await uploaded(cast, ada, body, "a.xlsx"))).text
        assert re.search(said, page.replace("&#39;", "'"))


async def test_the_page_that_waits_goes_on_by_itself(cast):
    ada = await cast.browser("harbor", "ada")
    answer = await ada.post(IMPORT, {}, files={"file": ("book.csv", BOOK.encode(), "text/csv")})
    url, waits = answer.headers["location"], {"HX-Request": "true"}
    assert "import-progress" in (await ada.get(url, headers=waits)).text
    await drain(cast.runtime, cast.tenants["harbor"])
    assert (await ada.get(url, headers=waits)).headers["HX-Redirect"] == url


async def test_a_step_that_fails_for_good_says_so_with_a_code_and_goes_on_where_it_stood(cast, monkeypatch):
    monkeypatch.setattr(import_running, "CHUNK", 2)
    ada, tenant = await cast.browser("harbor", "ada"), cast.tenants["harbor"]
    url = await uploaded(cast, ada, BOOK)
    await checked(cast, ada, url)
    whole, chunks = import_running.create_many, iter([False])

    async def breaks(work, arrivals, told):
        if next(chunks, True):
            raise OSError("no room on the disk")
        return await whole(work, arrivals, told)

    monkeypatch.setattr(import_running, "create_many", breaks)
    await ada.post(f"{url}/run", {"duplicates": "anyway", "assign": "nobody"})
    await drain(cast.runtime, tenant)
    assert "support this code" not in (await ada.get(url)).text
    await all_tries(cast, tenant)
    page = (await ada.get(url)).text
    assert "It stopped after 2 of 5 rows. What is in stays." in page and "tried 8 times" in page
    assert re.search(r"support this code: [2-9A-Z]{4}-[2-9A-Z]{2}", page) and f'action="{url}/again"' in page
    assert f'action="{url}/stop"' in page and "no room" not in page
    assert "Failed" in (await ada.get(IMPORT)).text
    assert "Your import of book.csv got stuck" in (await ada.get("/notices")).text
    assert (await (await cast.browser("harbor", "luis")).post(f"{url}/again")).status_code == 404
    monkeypatch.setattr(import_running, "create_many", whole)
    assert [(await ada.post(f"{url}/again")).status_code for _ in range(2)] == [303, 303]
    await drain(cast.runtime, tenant)
    assert await counts(cast, url) == {"added": 3, "filled": 0, "skipped": 0, "refused": 2}
    assert "support this code" not in (await ada.get(url)).text


async def test_one_whose_check_failed_can_be_mapped_anew_or_discarded(cast, monkeypatch):
    ada, tenant, whole = await cast.browser("harbor", "ada"), cast.tenants["harbor"], imports.reader
    monkeypatch.setattr(imports, "reader", None)
    urls = [await uploaded(cast, ada, BOOK) for _ in range(2)]
    for url in urls:
        await ada.post(f"{url}/columns", form_of((await ada.get(url)).text))
    assert (await drain(cast.runtime, tenant))["retry"] == 2
    await all_tries(cast, tenant)
    for url in urls:
        assert "The rows could not be checked." in (await ada.get(url)).text
    monkeypatch.setattr(imports, "reader", whole)
    assert (await ada.post(f"{urls[0]}/discard")).status_code == 303
    form = form_of((await ada.get(f"{urls[1]}?step=columns")).text)
    assert (await ada.post(f"{urls[1]}/columns", form)).status_code == 303
    await drain(cast.runtime, tenant)
    page = (await ada.get(urls[1])).text
    assert "could not be checked" not in page and "is not a ZIP code" in page
    assert "No job needs you" in (await ada.get("/admin/jobs")).text
