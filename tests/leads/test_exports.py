"""A list taken out: the same rows in three kinds of file, long ones behind the page, for their maker alone."""

import csv
import io
import json
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from app.core import clock
from app.core.events import Event
from app.core.work import unit
from app.leads.service import exports
from app.publishers import service as publishers
from tests.drive import all_tries, drain
from tests.leads.making import a_lead

pytestmark = pytest.mark.anyio
EXPORTS = "/agent/leads/exports"
GEORGIA = '{"field":"state","op":"eq","value":"GA"}'


def read(format_: str, body: bytes) -> list[list[str]]:
    if format_ == "csv":
        return list(csv.reader(io.StringIO(body.decode().lstrip("\ufeff"))))
    if format_ == "xlsx":
        return CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()
    found = json.loads(body)
    return [list(found[0]), *[list(row.values()) for row in found]]


@pytest.mark.parametrize("format_", ["csv", "xlsx", "json"])
async def test_the_filter_the_sort_and_the_columns_of_the_list_go_into_the_file(cast, format_):
    for name, state in (("=Cmd", "GA"), ("Zoe", "GA"), ("Out", "FL")):
        await a_lead(cast, first_name=name, last_name="Export", state=state, total_debt="12500.5")
    ada = await cast.browser("harbor", "ada")
    address = {"q": "export", "where": GEORGIA, "sort": "name", "columns": "value,created_at", "which": "list"}
    answer = await ada.post(EXPORTS, {**address, "format": format_})
    assert answer.status_code == 200 and f".{format_}" in answer.headers["content-disposition"]
    head, *rows = read(format_, answer.content)
    assert len(rows) == 2 and len(head) == (5 if format_ != "json" else 6)
    text = [[str(cell) for cell in row] for row in rows]
    assert any("12500.5" in cell for cell in text[0])
    assert not any(cell.startswith("=") for row in text for cell in row) or format_ == "json"
    assert "Zoe Export" in " ".join(text[1])
    async with unit(tenant=cast.tenants["harbor"]) as work:
        event = (await work.scalars(select(Event).where(Event.kind == "leads.exported"))).one()
        assert event.payload["rows"] == 2


async def test_publishers_go_by_their_name_in_files_columns_and_filters(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        north, south = [(await publishers.create_publisher(work, name=name)).id for name in ("North Traffic", "South")]
    await a_lead(cast, first_name="Kim", last_name="Named", publisher_id=north)
    await a_lead(cast, first_name="Lee", last_name="Named", publisher_id=south)
    ada = await cast.browser("harbor", "ada")
    by_name = await ada.get(
        "/agent/leads/filter", params={"field": "publisher", "op": "in", "value": str(north), "q": "named"}
    )
    where = parse_qs(urlsplit(by_name.headers["location"]).query)["where"][0]
    assert str(north) in where
    page = (await ada.get("/agent/leads", params={"q": "named", "where": where, "columns": "publisher"})).text
    assert "Kim Named" in page and "Lee Named" not in page
    assert "Publisher is North Traffic" in page and str(north) not in re.sub(r"<[^>]*>", "", page)
    body = (await ada.post(EXPORTS, {"q": "named", "where": where, "format": "csv"})).content
    head, row = read("csv", body)
    assert dict(zip(head, row, strict=True))["Publisher"] == "North Traffic"


async def test_many_rows_are_made_behind_the_page_and_kept_for_their_maker_seven_days(cast, monkeypatch):
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    for number in range(5):
        await a_lead(cast, first_name=f"Kim{number}", last_name="Behind")
    ada = await cast.browser("harbor", "ada")
    answer = await ada.post(EXPORTS, {"q": "behind", "format": "csv"})
    assert answer.status_code == 303
    url = answer.headers["location"]
    assert (await ada.get(f"{url}/file")).status_code == 404
    assert not (await drain(cast.runtime, cast.tenants["harbor"]))["retry"]
    assert "Download" in (await ada.get(url)).text
    assert len(read("csv", (await ada.get(f"{url}/file")).content)) == 6
    assert url in (await ada.get(EXPORTS)).text
    luis = await cast.browser("harbor", "luis")
    assert [(await luis.get(path)).status_code for path in (EXPORTS, url, f"{url}/file")] == [404] * 3
    with clock.held_at(clock.now() + timedelta(days=8)):
        assert (await ada.get(f"{url}/file")).status_code == 404


async def test_what_is_taken_out_is_said_before(cast):
    await a_lead(cast, first_name="Kim", last_name="Before", state="GA")
    ada = await cast.browser("harbor", "ada")
    page = await ada.get(f"{EXPORTS}/new", params={"where": GEORGIA, "q": "before"})
    assert page.status_code == 200 and "State is GA" in page.text.replace("Georgia", "GA")
    refused = await ada.post(EXPORTS, {"q": "before"})
    assert refused.status_code == 422 and "Choose CSV, Excel or JSON." in refused.text


async def test_one_that_fails_three_times_says_so_with_a_code_and_is_made_when_asked_again(cast, monkeypatch):
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    for number in range(5):
        await a_lead(cast, first_name=f"Kim{number}", last_name="Broken")
    ada, tenant, whole = await cast.browser("harbor", "ada"), cast.tenants["harbor"], exports.chunks

    def broken(*_given):
        raise OSError("no room on the disk")

    monkeypatch.setattr(exports, "chunks", broken)
    url = (await ada.post(EXPORTS, {"q": "broken", "format": "csv"})).headers["location"]
    outcomes = await drain(cast.runtime, tenant)
    assert outcomes["retry"] == 1 and "could not be made" not in (await ada.get(url)).text
    await all_tries(cast, tenant)
    page = (await ada.get(url)).text
    code = re.search(r"code: ([2-9A-Z]{4}-[2-9A-Z]{2})", page)[1]
    assert "The file could not be made." in page and "tried 3 times" in page and f'action="{url}/again"' in page
    assert "hx-trigger" not in page.split('id="lead-export"')[1].split(">")[0] and "no room" not in page
    assert "Failed" not in (await ada.get(EXPORTS)).text and "Not made" in (await ada.get(EXPORTS)).text
    assert code in (await ada.get("/admin/jobs")).text
    assert re.search(r"Your export leads-[^<]* could not be made", (await ada.get("/notices")).text)
    luis = await cast.browser("harbor", "luis")
    assert (await luis.post(f"{url}/again")).status_code == 404
    monkeypatch.setattr(exports, "chunks", whole)
    assert [(await ada.post(f"{url}/again")).status_code for _ in range(2)] == [303, 303]
    outcomes = await drain(cast.runtime, tenant)
    assert (outcomes["failed"], outcomes["retry"]) == (0, 0)
    assert len(read("csv", (await ada.get(f"{url}/file")).content)) == 6
