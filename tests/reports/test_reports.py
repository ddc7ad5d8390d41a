"""The library: pages, files from the same query, and whose eyes they are made with."""

import csv
import html
import io
import re
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.access.models import PersonRow, Role
from app.contacts.models import Contact
from app.core import clock
from app.leads.models import Lead
from app.publishers import service as publishers
from app.publishers.models import Submission
from tests.analytics.people import acting, lead
from tests.drive import drain
from tests.programs.making import a_program

pytestmark = pytest.mark.anyio
NOON = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
DAYS = {"from": "2026-03-04", "to": "2026-03-10"}
QUERY = "from=2026-03-04&to=2026-03-10"


async def a_week(cast, slug="harbor", **values):
    async with acting(cast, slug) as work:
        for number in range(4):
            came = NOON - timedelta(days=number)
            await lead(
                work, came, source="google", cost_amount=4500, **values,
                reached_at=came + timedelta(minutes=10) if number < 3 else None, won_at=came + timedelta(hours=2) if number < 2 else None,
            )  # fmt: skip


async def test_the_page_says_the_finding_first_and_every_figure_alike(cast):
    await a_week(cast)
    ada = await cast.browser("harbor", "ada")
    first = (await ada.get(f"/admin/reports/pipeline?{QUERY}")).text
    later = f"/admin/reports/pipeline/figures?{QUERY}"
    assert later.replace("&", "&amp;") in first and "3 of 4 reached" not in first
    for page in (first, (await ada.get(later)).text):
        assert "4 leads" in page and "3 were reached and 2 came to Enrolled" in page
    part = (await ada.get(later, headers={"HX-Request": "true"})).text
    assert "3 of 4 reached, 2 won" in part and "<main" not in part
    home = (await ada.get(f"/admin/charts?{QUERY}")).text
    assert "3 of 4 reached, 2 won" in home
    enrolled = (await ada.get(f"/admin/numbers/enrolled?{QUERY}")).text
    assert len(re.findall(r'class="row-link" href="/agent/leads/', enrolled)) == 2


async def test_publishers_read_the_same_numbers_on_their_own_page(cast):
    from app.publishers.queries.figures import daily

    async with acting(cast) as work:
        made = await publishers.create_publisher(work, name="North", email="", notes="")
        for number, status in enumerate(["accepted", "accepted", "duplicate", "rejected", "accepted"]):
            work.add(Submission(
                publisher_id=made.id, at=NOON - timedelta(hours=number), status=status, tally=number != 4,
                price_amount=4500 if status == "accepted" else 0, answer_status=200,
            ))  # fmt: skip
    async with acting(cast) as work:
        theirs = (await daily(work, made.id, [NOON - timedelta(days=2), NOON + timedelta(days=1)]))[0]
    assert (theirs.sent, theirs.accepted, theirs.duplicate, theirs.rejected, theirs.earned) == (4, 2, 1, 1, 9000)
    ada = await cast.browser("harbor", "ada")
    page = (await ada.get(f"/admin/reports/pipeline/figures?{QUERY}")).text
    row = re.search(r"<tr[^>]*>(?:(?!</tr>).)*>North<.*?</tr>", page, re.DOTALL)[0]
    cells = re.findall(r'class="number">(?:<a class="link" href="([^"]+)">)?([^<]*)<', row)[:5]
    assert [said for _, said in cells] == ["4", "50%", "1", "1", "$90"]
    assert "50% of what was sent was accepted" in page
    for (url, _), count in zip(cells, (4, 2, 1, 1, 2), strict=True):  # each leads to just the posts that it counts
        posts = (await ada.get(html.unescape(url))).text
        assert len(re.findall(r'id="sent-[0-9a-f-]{36}"', posts)) == count, url


async def test_the_posts_behind_a_figure_are_for_those_who_may_see_publishers(cast):
    async with acting(cast) as work:
        made = await publishers.create_publisher(work, name="North", email="", notes="")
        work.add(Submission(
            publisher_id=made.id, at=NOON, status="accepted", tally=True, price_amount=4500, answer_status=200,
        ))  # fmt: skip
    ada, path = await cast.browser("harbor", "ada"), f"/admin/reports/pipeline/figures?{QUERY}"
    assert f"/admin/publishers/{made.id}/leads?" in (await ada.get(path)).text
    async with acting(cast) as work:
        mine = (
            await work.scalars(
                select(Role).join(PersonRow, PersonRow.role_id == Role.id).where(PersonRow.name.like("Ada%"))
            )
        ).one()
        mine.permissions = [each for each in mine.permissions if not each.startswith("publishers.")]
        await work.execute(update(PersonRow).values(version=PersonRow.version + 1))
    page = (await (await cast.browser("harbor", "ada")).get(path)).text
    assert "North" in page and "/admin/publishers/" not in page


async def test_csv_and_workbook_hold_what_the_page_shows_and_no_formula(cast):
    await a_week(cast)
    async with acting(cast) as work:
        await work.execute(update(Contact).values(first_name='=HYPERLINK("http://x")', last_name="@evil"))
    ada = await cast.browser("harbor", "ada")
    rows = await ada.get(
        (await ada.post("/admin/reports/pipeline/files", {**DAYS, "format": "rows"})).headers["Location"]
    )
    lines = list(csv.reader(io.StringIO(rows.text.lstrip("\ufeff"))))
    assert len(lines) == 5 and lines[1][1].startswith("'=HYPERLINK")
    assert lines[0][-1] == "Cost" and lines[1][-1] == "45.00"
    book = await ada.get(
        (await ada.post("/admin/reports/pipeline/files", {**DAYS, "format": "xlsx"})).headers["Location"]
    )
    sheets = zipfile.ZipFile(io.BytesIO(book.content))
    parts = {name: sheets.read(name).decode() for name in sheets.namelist() if name.endswith(".xml")}
    assert "<f>" not in "".join(parts.values()) and "<hyperlink" not in "".join(parts.values())
    assert parts["xl/worksheets/sheet2.xml"].count("<row ") == 5
    assert "&apos;=HYPERLINK" in "".join(parts.values()) or "'=HYPERLINK" in "".join(parts.values())
    assert rows.headers["Content-Disposition"].startswith("attachment")


async def test_a_print_is_made_by_the_worker_in_the_brand_with_its_pages(cast):
    pypdf = pytest.importorskip("pypdf")
    await a_week(cast)
    ada = await cast.browser("harbor", "ada")
    answer = await ada.post("/admin/reports/pipeline/files", {**DAYS, "format": "pdf"})
    url = answer.headers["Location"]
    assert "Being made" in (await ada.get(url)).text or "Reading rows" in (await ada.get(url)).text
    assert (await ada.get(f"{url}/download")).status_code == 404
    await drain(cast.runtime)
    assert "Download" in (await ada.get(url)).text
    pdf = await ada.get(f"{url}/download")
    read = pypdf.PdfReader(io.BytesIO(pdf.content))
    words = " ".join(page.extract_text() for page in read.pages)
    assert "3 were reached and 2 came to Enrolled" in words and "Page 1 of" in words and "Harbor Debt Relief" in words
    assert float(read.pages[0].mediabox.width) == pytest.approx(612, abs=1), "Letter in the US"
    assert "arquee" not in words


async def test_files_are_their_makers_and_of_nobody_who_sees_less(cast):
    await a_week(cast)
    ada = await cast.browser("harbor", "ada")
    url = (await ada.post("/admin/reports/pipeline/files", {**DAYS, "format": "csv"})).headers["Location"]
    assert (await ada.get(url)).status_code == 200
    luis = await cast.browser("harbor", "luis")
    assert (await luis.get(url)).status_code == 404
    assert (await luis.get("/admin/reports")).status_code == 404
    async with acting(cast) as work:
        agent = (await work.scalars(select(Role).where(Role.name == "agent"))).one()
        agent.permissions = [*agent.permissions, "reports.view", "reports.export"]
    luis = await cast.browser("harbor", "luis")
    assert (await luis.get("/admin/reports")).status_code == 200
    assert (await luis.get(url)).status_code == 404


async def test_an_agents_report_counts_the_own_leads_and_no_costs(cast):
    await a_week(cast)
    async with acting(cast) as work:
        people = {row.email.split("@")[0]: row.id for row in await work.scalars(select(PersonRow))}
        mine = (await work.scalars(select(Lead).limit(1))).one()
        await work.execute(update(Lead).values(owner_id=people["maria"]))
        mine.owner_id = people["luis"]
        agent = (await work.scalars(select(Role).where(Role.name == "agent"))).one()
        agent.permissions = [*agent.permissions, "reports.view", "reports.export"]
    luis = await cast.browser("harbor", "luis")
    page = (await luis.get(f"/admin/reports/pipeline/figures?{QUERY}")).text
    assert "1 leads" in page or "1 lead" in page
    assert "Cost" not in page and "$45" not in page and "Maria" not in page.split("</form>")[-1]
    rows = await luis.get(
        (await luis.post("/admin/reports/pipeline/files", {**DAYS, "format": "rows"})).headers["Location"]
    )
    assert len(rows.text.strip().splitlines()) == 2 and "Cost" not in rows.text


async def test_whoever_sees_a_team_chooses_among_its_people(cast):
    maria, ada = await cast.browser("harbor", "maria"), await cast.browser("harbor", "ada")
    offered = re.compile(r'<select[^>]*name="owner".*?</select>', re.S)
    assert "Luis Ortega" in offered.search((await ada.get("/admin/reports/pipeline")).text)[0]
    async with acting(cast, "harbor") as work:
        await work.execute(update(Role).where(Role.name == "manager").values(reach="team"))
    page = (await maria.get("/admin/reports/pipeline")).text
    assert offered.search(page) is None and 'name="team"' not in page, "nobody else is in it"


@pytest.mark.parametrize("query", ["owner=nonsense", "team=1", "period=ages", "state=ZZ"])
async def test_an_address_that_cannot_be_read_is_told_and_breaks_nothing(cast, query):
    ada = await cast.browser("harbor", "ada")
    assert (await ada.get(f"/admin/reports/pipeline/figures?{query}")).status_code == 200
    assert (await ada.get(f"/admin/reports/money/figures?{query}")).status_code == 200


async def test_an_unknown_report_or_format_is_refused(cast):
    ada = await cast.browser("harbor", "ada")
    assert (await ada.get("/admin/reports/nonsense")).status_code == 404
    assert (await ada.post("/admin/reports/pipeline/files", {"format": "exe"})).status_code == 422
    assert (await ada.post("/admin/reports/nonsense/files", {"format": "csv"})).status_code == 404


@pytest.mark.parametrize("slug", ["harbor", "summit", "keystone", "willow"])
async def test_both_reports_open_for_every_kind_of_business_with_and_without_rows(cast, slug):
    ada = await cast.browser(slug, "ada")
    for name in ("pipeline", "money"):
        assert (await ada.get(f"/admin/reports/{name}?{QUERY}")).status_code == 200
    await a_week(cast, slug)
    for name in ("pipeline", "money"):
        assert (await ada.get(f"/admin/reports/{name}?{QUERY}")).status_code == 200


async def test_files_go_after_their_time(cast):
    from app.reports import service
    from app.reports.models import ReportFile

    ada = await cast.browser("harbor", "ada")
    url = (await ada.post("/admin/reports/pipeline/files", {**DAYS, "format": "csv"})).headers["Location"]
    with clock.held_at(clock.now() + timedelta(days=31)):
        assert (await ada.get(url)).status_code == 404
        async with acting(cast) as work:
            await service.tidy(work)
    async with acting(cast) as work:
        assert await work.scalar(select(ReportFile.id)) is None


async def test_each_cell_of_the_tables_leads_to_what_it_counts(cast):
    await a_week(cast)
    ada = await cast.browser("harbor", "ada")
    page = html.unescape((await ada.get(f"/admin/reports/pipeline/figures?{QUERY}")).text)
    owners = page[page.index("By owner") :]
    cells = re.findall(r'<a class="link" href="(/agent/leads[^"]*)">([^<]*)</a>', owners)
    counts = {said: len(re.findall(r'class="row-link[^"]*" href="/agent/leads/', (await ada.get(url)).text))
              for url, said in cells}  # fmt: skip
    assert counts.pop("4") == 4 and counts.pop("75%") == 3 and counts.pop("2") == 2


async def test_each_cell_of_the_money_leads_to_its_rows(cast, runtime):
    program = await a_program(cast.tenants["harbor"])
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    page = html.unescape((await ada.get("/admin/reports/money/figures?period=28d")).text)
    cells = re.findall(r'href="(/admin/reports/money/rows/enrolled[^"]*)">([^<]*)</a>', page)
    assert len(cells) == 2 and cells[0][1] == "1"  # how many, and their debt
    rows = (await ada.get(cells[0][0])).text
    assert f'href="/agent/programs/{program.id}"' in rows and cells[1][1] in rows.replace(".00", "")
    assert (await ada.get("/admin/reports/money/rows/nothing")).status_code == 404
    assert (await luis.get(cells[0][0])).status_code == 404
