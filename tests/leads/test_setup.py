"""Stages, reasons and fields as people make them: nothing that was entered is ever lost."""

import re

import pytest
from sqlalchemy import select

from app.core import config, fields
from app.core.errors import Invalid
from app.core.fields import FieldValue
from app.core.work import unit
from app.leads import service
from app.leads.models import Pipeline, Stage
from tests.drive import drain
from tests.leads.making import a_lead, kinds, row

pytestmark = pytest.mark.anyio
STAGES, REASONS, FIELDS = "/admin/stages", "/admin/reasons", "/admin/fields"


async def stages(cast, slug="harbor") -> dict[str, Stage]:
    async with unit(tenant=cast.tenants[slug]) as work:
        return {one.name: one for one in await work.scalars(select(Stage).order_by(Stage.position))}


def errors(answer) -> str:
    return re.sub(r"<[^>]+>", " ", answer.text)


async def test_a_stage_is_added_renamed_ordered_and_is_there_at_once(cast):
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    form = {"pipeline": "debt", "label": "Documents in", "kind": "open", "probability": "60%", "age_limit_days": "4",
            "required_fields": ["total_debt"]}  # fmt: skip
    async with unit(tenant=cast.tenants["harbor"]) as work:
        form["pipeline"] = await work.scalar(select(Pipeline.name).order_by(Pipeline.position))
    assert (await ada.post(f"{STAGES}/new", form)).status_code == 303
    made = (await stages(cast))["documents_in"]
    assert (made.probability, made.age_limit_days, made.required_fields) == (60, 4, ["total_debt"])
    order = [name for name, one in (await stages(cast)).items() if one.kind in ("new", "open")]
    assert order[-1] == "documents_in" and "Documents in" in (await luis.get("/agent/board")).text
    assert (await ada.post(f"{STAGES}/{made.id}", {**form, "label": "Papers in"})).status_code == 303
    assert (await ada.post(f"{STAGES}/{made.id}/move", {"to": "up"})).status_code == 303
    now = await stages(cast)
    assert (
        now["documents_in"].label == "Papers in" and list(now).index("documents_in") == order.index("documents_in") - 1
    )
    assert (await kinds(cast, made.id)).count("stage.changed") == 2
    audit = (await ada.get("/admin/audit")).text
    assert "Papers in" in audit and "changed the stage" in audit


async def test_what_does_not_fit_is_said_at_its_field_and_kept(cast):
    ada = await cast.browser("harbor", "ada")
    answer = await ada.post(f"{STAGES}/new", {"label": "", "kind": "odd", "probability": "120", "age_limit_days": "x"})
    assert answer.status_code == 422 and 'value="120"' in answer.text
    for words in ("Enter a name of 1 to 60", "Choose what the stage means", "from 0 to 100", "Enter 1 to 3,650 days"):
        assert words in answer.text


async def test_a_retired_stage_hands_over_its_leads_and_its_past_stays_readable(cast, monkeypatch):
    monkeypatch.setattr("app.leads.service.pipelines.CHUNK", 2)
    leads = [await a_lead(cast) for _ in range(5)]
    known, ada = await stages(cast), await cast.browser("harbor", "ada")
    async with unit(tenant=cast.tenants["harbor"]) as work:
        for lead_id in leads:
            await service.change_stage(work, lead_id, "contacted")
        await service.delete(work, leads[0])
    answer = await ada.post(f"{STAGES}/{known['contacted'].id}/retire", {"to": str(known["new"].id)})
    assert answer.status_code == 303
    await drain(cast.runtime)
    assert {(await row(cast, lead_id)).stage_id for lead_id in leads} == {known["new"].id}
    assert (await stages(cast))["contacted"].archived_at is not None
    assert 'data-stage="contacted"' not in (await ada.get("/agent/board")).text
    assert "moved it from Contacted to New" in (await ada.get(f"/agent/leads/{leads[1]}")).text
    async with unit(tenant=cast.tenants["harbor"]) as work:
        with pytest.raises(Invalid):
            await service.change_stage(work, leads[1], "contacted")
    assert (await ada.post(f"{STAGES}/{known['contacted'].id}/restore")).status_code == 303
    assert 'data-stage="contacted"' in (await ada.get("/agent/board")).text


async def test_the_only_stage_of_its_kind_stays(cast):
    known, ada = await stages(cast), await cast.browser("harbor", "ada")
    answer = await ada.post(f"{STAGES}/{known['new'].id}/retire", {"to": str(known["contacted"].id)})
    assert answer.status_code == 422 and "only stage of its kind" in answer.text
    async with unit(tenant=cast.tenants["summit"]) as work:
        elsewhere = await work.scalar(select(Stage.id).limit(1))
    assert (await ada.post(f"{STAGES}/{known['contacted'].id}/retire", {"to": str(elsewhere)})).status_code in (
        404,
        422,
    )
    assert (await stages(cast))["contacted"].archived_at is None


async def test_a_second_pipeline_works_at_once(cast):
    ada = await cast.browser("harbor", "ada")
    assert (await ada.post(f"{STAGES}/pipelines", {"label": "Referrals"})).status_code == 303
    page = (await ada.get("/agent/board?pipeline=referrals")).text
    assert page.count("data-stage=") == 3
    assert (await ada.post(f"{STAGES}/pipelines", {"label": " "})).status_code == 422


async def test_reasons_keep_their_order_and_a_retired_one_stays_with_whom_it_was_for(cast):
    ada, lead_id = await cast.browser("harbor", "ada"), await a_lead(cast)
    assert (await ada.post(REASONS, {"label": "Went elsewhere"})).status_code == 303
    assert (await ada.post(f"{REASONS}/went_elsewhere", {"to": "up"})).status_code == 303
    twice = await ada.post(REASONS, {"label": "went ELSEWHERE"})
    assert twice.status_code == 422 and "is there already" in twice.text
    async with unit(tenant=cast.tenants["harbor"]) as work:
        await service.change_stage(work, lead_id, "lost", {"lost_reason": "went_elsewhere"})
    assert (await ada.post(f"{REASONS}/went_elsewhere", {"to": "retired"})).status_code == 303
    async with unit(tenant=cast.tenants["harbor"]) as work:
        stored = await config.get(work, "lost_reasons")
        assert stored[-2]["name"] == "went_elsewhere" and stored[-2]["retired"] is True
        field = (await fields.fill_options(work, await fields.registry(work, "lead")))["lost_reason"]
        assert field.label_of("went_elsewhere") == "Went elsewhere"
        assert "went_elsewhere" not in dict(field.offered)
    assert (await row(cast, lead_id)).lost_reason == "went_elsewhere"


async def test_a_new_field_is_there_in_page_list_and_filter(cast):
    ada, lead_id = await cast.browser("harbor", "ada"), await a_lead(cast)
    form = {"label": "Best hour", "type": "choice", "new_options": "Morning\nNoon\nEvening", "filterable": "1",
            "group": "Habits"}  # fmt: skip
    look = await ada.post(f"{FIELDS}/preview", form)
    assert "<option" in look.text and "Noon" in look.text and "Best hour" in look.text
    assert (await ada.post(f"{FIELDS}/new", form)).status_code == 303
    assert "Best hour" in (await ada.get(f"/agent/leads/{lead_id}")).text
    await ada.post(f"/agent/leads/{lead_id}/fields", {"best_hour": "noon"})
    where = '{"field":"best_hour","op":"eq","value":"noon"}'
    assert str(lead_id) in (await ada.get("/agent/leads", params={"where": where})).text
    change = {"label": "Best hour", "option.morning": "Before noon", "place.evening": "1", "place.morning": "2",
              "place.noon": "3", "retired_option": "noon", "new_options": "Night", "filterable": "1"}  # fmt: skip
    assert (await ada.post(f"{FIELDS}/best_hour", change)).status_code == 303
    async with unit(tenant=cast.tenants["harbor"]) as work:
        field = (await fields.registry(work, "lead"))["best_hour"]
    assert field.options == (("evening", "Evening"), ("morning", "Before noon"), ("noon", "Noon"), ("night", "Night"))
    assert field.retired == ("noon",) and (await row(cast, lead_id)).custom["best_hour"] == "noon"
    assert str(lead_id) in (await ada.get("/agent/leads", params={"where": where})).text


async def test_a_field_that_becomes_filterable_finds_old_values(cast, monkeypatch):
    monkeypatch.setattr("app.leads.service.own_fields.CHUNK", 2)
    ada = await cast.browser("harbor", "ada")
    await ada.post(f"{FIELDS}/new", {"label": "Pet", "type": "text"})
    leads = [await a_lead(cast, pet="Dog") for _ in range(3)]
    await ada.post(f"{FIELDS}/pet", {"label": "Pet", "filterable": "1"})
    await drain(cast.runtime)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        field = (await fields.registry(work, "lead"))["pet"]
        held = set(await work.scalars(select(FieldValue.record).where(FieldValue.field == field.id)))
    assert held == set(leads)


async def test_a_field_in_use_says_by_what_and_comes_back_with_its_values(cast):
    ada, lead_id = await cast.browser("harbor", "ada"), await a_lead(cast, total_debt=12000)
    page = (await ada.get(f"{FIELDS}/total_debt")).text
    assert "Stage: Qualified" in page and "Score rule:" in page
    assert (await ada.post(f"{FIELDS}/total_debt/retire")).status_code == 303
    assert (await row(cast, lead_id)).custom["total_debt"]
    assert "Total debt" not in (await ada.get("/agent/leads?filter=open")).text
    assert (await ada.post(f"{FIELDS}/total_debt/restore")).status_code == 303
    assert "Total debt" in (await ada.get("/agent/leads?filter=open")).text


async def test_only_those_who_may_configure_get_there(cast):
    luis, ada = await cast.browser("harbor", "luis"), await cast.browser("harbor", "ada")
    for url in (STAGES, REASONS, FIELDS, f"{STAGES}/new", f"{FIELDS}/new", f"{FIELDS}/total_debt"):
        assert (await luis.get(url)).status_code == 404
        assert (await ada.get(url)).status_code == 200
    assert (await luis.post(f"{FIELDS}/new", {"label": "X", "type": "text"})).status_code == 404
