"""What happens to leads later: new scores, cooling, changes of many at once."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from app.core import agenda
from app.core.errors import NotFound
from app.core.ports.sheets import Table, TableFailed, read_table
from app.core.work import Work, job_unit
from app.leads import service
from app.leads.service import exports, import_running, import_undoing, imports
from app.leads.service.exports import ExportOrder


@agenda.job("leads.rescore")
async def rescore(work: Work, lead_id: UUID) -> None:
    """A lead that was deleted meanwhile needs no score."""
    try:
        await service.rescore(work, lead_id)
    except NotFound:
        return


@agenda.recurring("leads.cool", timedelta(hours=1))
async def cool(work: Work) -> None:
    """Heat falls by itself; scores that depend on it or on the time follow."""
    await service.cool(work)


@agenda.job("leads.rescore_all")
async def rescore_all(work: Work, after: UUID | None, fading: bool) -> None:
    """A chunk of open leads, then the next one: after the rules changed, or (`fading`) as their points
    decay.
    """
    await service.rescore_chunk(work, after, fading=fading)


@agenda.job("leads.bulk")
async def bulk(work: Work, deed: dict[str, Any], after: UUID | None) -> None:
    """A chunk of a change of many, then the next one."""
    await service.go_on(work, deed, after)


@agenda.job("leads.empty_stage")
async def empty_stage(work: Work, stage_id: UUID, to_id: UUID) -> None:
    """A chunk of a stage that is being retired, then the next one."""
    await service.empty_stage(work, stage_id, to_id)


@agenda.job("leads.mirror_field")
async def mirror_field(work: Work, name: str, after: UUID | None) -> None:
    """A chunk of old values of a field that can be filtered by from now on, then the next one."""
    await service.mirror(work, name, after)


@agenda.job("leads.undo")
async def undo(work: Work, trace: str, person_id: UUID, before: UUID) -> None:
    """A chunk of taking back, then the next one."""
    await service.undo_rest(work, trace, person_id, before)


# --- imports


async def read_file(body: bytes, key: str) -> Table | str:
    """With no transaction held. What can't be read is an outcome."""
    try:
        return await read_table(body)
    except TableFailed as problem:
        return str(problem)


agenda.effect(
    agenda.Effect(
        "leads.import_read", prepare=imports.unread, call=read_file, settle=imports.staged, repeatable=True,
        queue="report", retries=3, given_up=imports.tell_stuck,
    )
)  # fmt: skip


@agenda.job("leads.import_check", queue="report", given_up=imports.tell_stuck)
async def check_import(work: Work, file_id: UUID, turn: str, after: int) -> None:
    """A chunk of lines, then the next one."""
    await imports.check(work, file_id, turn, after)


@agenda.job("leads.import_run", queue="report", given_up=imports.tell_stuck)
async def run_import(work: Work, file_id: UUID, after: int) -> None:
    """A chunk of lines becomes leads, then the next one."""
    await import_running.run_chunk(work, file_id, after)


@agenda.job("leads.import_undo", queue="report", given_up=imports.tell_stuck)
async def undo_import(work: Work, file_id: UUID, before: int) -> None:
    """A chunk of what was brought in is taken back, from the end of the file, then the next one."""
    await import_undoing.undo_chunk(work, file_id, before)


@agenda.recurring("leads.tidy_files", timedelta(days=1))
async def tidy_files(work: Work) -> None:
    await imports.tidy(work)


# --- exports


async def make_export(order: ExportOrder, key: str) -> tuple[bytes, int]:
    """With no transaction held but one for each chunk."""
    return await exports.make(order, job_unit, lambda work, done: exports.told(work, order.file_id, done))


async def keep_export(work: Work, file_id: UUID, made: tuple[bytes, int]) -> None:
    await exports.finish(work, file_id, *made, told_by_notice=True)


agenda.effect(
    agenda.Effect(
        "leads.export",
        prepare=exports.begin,
        call=make_export,
        settle=keep_export,
        repeatable=True,
        queue="report",
        retries=3,
        given_up=imports.tell_stuck,
    )
)
