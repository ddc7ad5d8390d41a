"""Program and money: who enrolled with how much, what was saved, settled, billed and paid, against what leads cost."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, and_, case, cast, func, select
from sqlalchemy.types import TIMESTAMP, Date

from app.analytics.models import Period
from app.analytics.queries import FIGURES, View, by_bucket, total
from app.analytics.queries.figures import paid
from app.analytics.queries.pictures import parts, trend
from app.analytics.queries.words import MANIFOLD, bucket_head, bucket_labels, change, rows_url, span_label
from app.billing.models import Invoice, Payment
from app.contacts.models import Contact
from app.core import config
from app.core.errors import NotFound
from app.core.permissions import Person
from app.core.work import Work
from app.leads.models import Lead
from app.programs.models import Debt, Deposit, Fee, Program, Settlement
from app.reports.queries.made import Chunk, Column, Kind, Made, Place, Report, Sight, Table, sight_of
from app.reports.queries.pipeline import chunk
from themes.catalogue import later, say
from themes.charts import Chart, Series
from themes.formats import money as money_words
from themes.formats import number, percent
from themes.terms import worded

TITLE = later("%(Deal)s and money")
HOW = {
    "Enrolled programs": later("Programs by the day the client enrolled; cancelled ones are counted where they began."),
    "Enrolled debt": later("What the debts of these programs came to when they were enrolled."),
    "Deposits": later("Deposits into clients’ own accounts by the day they cleared. This is the clients’ money."),
    "Settled debts": later("Settlements by the day the creditor got the first payment."),
    "Fees earned": later(
        "Fees by the day they were earned: after the settlement, the client’s yes and the first payment."
    ),
    "Billed": later("Invoices by their date, void ones left out."),
}

BY = {"day": later("By day"), "week": later("By week"), "month": later("By month")}

HEADINGS = {
    "enrolled": ("Enrolled programs", "Enrolled debt"),
    "deposits": ("Deposits", "Deposits"),
    "settled": ("Settled debts", "Settled debts"),
    "fees": ("Fees earned", "Fees earned"),
    "billed": ("Billed", "Billed"),
}  # rows → heading of their list, and how they are counted
PROGRAM_COLUMNS: tuple[tuple[str, int, Kind, str], ...] = (  # whose rows, sum or count of them
    ("enrolled", 1, "number", later("Enrolled programs")),
    ("enrolled", 0, "money", later("Enrolled debt")),
    ("deposits", 0, "money", later("Deposits")),
    ("settled", 1, "number", later("Settled debts")),
    ("fees", 0, "money", later("Fees earned")),
)


async def build(work: Work, person: Person, seen: View, period: Period) -> Made:
    sight = sight_of(person)
    figures = ["revenue", *(["cost"] if sight.cost else [])] if sight.money else []
    lines = {name: await by_bucket(work, FIGURES[name], seen, period) for name in figures}
    program = await _program(work, seen, period)
    billed = await _sums(work, period, _billed(seen, period.zone)) if sight.money else []
    charts = [await trend(work, FIGURES["revenue"], seen, period)] if sight.money else []
    if program:
        charts += [_debt_chart(period, program), _fee_chart(period, program)]
    return Made(
        name="money", title=worded(TITLE), period=period, charts=charts,
        headline=await headline(work, person, seen, period),
        tables=[_table(seen, period, lines, billed, program)], how=_how(program, sight),
    )  # fmt: skip


Lines = dict[str, list[tuple[float, int]]]  # name → (sum, count) by bucket


async def _program(work: Work, seen: View, period: Period) -> Lines:
    """Everything of programs by bucket; empty where the tenant has none."""
    if not await _has_programs(work):
        return {}
    return {name: await _sums(work, period, rows) for name, rows in _program_rows(seen).items()}


async def _has_programs(work: Work) -> bool:
    return await work.scalar(select(Program.id).limit(1)) is not None


def _program_rows(seen: View) -> dict[str, Any]:
    """Name → rows (at, amount, id, program) within reach."""
    ours = () if seen.whole else (Program.lead_id.in_(select(Lead.id).where(*seen.where)),)
    debts = select(func.sum(Debt.enrolled_amount)).where(Debt.program_id == Program.id).scalar_subquery()
    of = Program.id.label("program")
    enrolled = select(Program.enrolled_at.label("at"), debts.label("amount"), Program.id, of)
    deposits = select(Deposit.cleared_at.label("at"), Deposit.amount.label("amount"), Deposit.id, of).join(
        Program, Program.id == Deposit.program_id
    )
    written_down = (Debt.enrolled_amount - Settlement.amount).label("amount")
    settled = select(Settlement.creditor_paid_at.label("at"), written_down, Settlement.id, of)
    settled = settled.join(Debt, Debt.id == Settlement.debt_id).join(Program, Program.id == Debt.program_id)
    fees = select(Fee.earned_at.label("at"), Fee.amount.label("amount"), Fee.id, of)
    fees = fees.join(Program, Program.id == Fee.program_id)
    return {
        "enrolled": enrolled.where(Program.enrolled_at.is_not(None), *ours),
        "deposits": deposits.where(Deposit.state == "cleared", *ours),
        "settled": settled.where(Settlement.creditor_paid_at.is_not(None), *ours),
        "fees": fees.where(*ours),
    }  # fmt: skip


def _billed(seen: View, zone: str) -> Any:
    """Invoices that stand, by their date as a moment of the tenant's zone: (at, amount, id)."""
    midnight = func.timezone(zone, cast(Invoice.issued_on, TIMESTAMP))
    rows = select(midnight.label("at"), Invoice.total_amount.label("amount"), Invoice.id)
    rows = rows.where(Invoice.number.is_not(None), Invoice.state != "void", Invoice.issued_on.is_not(None))
    return rows if seen.whole else rows.where(Invoice.contact_id.in_(select(Lead.contact_id).where(*seen.where)))


async def rows_of(work: Work, person: Person, seen: View, period: Period, name: str) -> Any:
    """What one column of the table counts: (at, amount, id) and for programs their program. Raises NotFound for a column
    that is none or that this person is not shown.
    """
    if name == "billed" and sight_of(person).money:
        found = _billed(seen, period.zone)
    elif name in HEADINGS and name != "billed" and await _has_programs(work):
        found = _program_rows(seen)[name]
    else:
        raise NotFound
    given = found.subquery()
    return select(given).where(given.c.at >= period.since, given.c.at < period.until)


async def _sums(work: Work, period: Period, rows: Any) -> list[tuple[float, int]]:
    given = rows.subquery()
    day = cast(func.date_trunc(period.unit, func.timezone(period.zone, given.c.at)), Date)
    inside: ColumnElement[bool] = and_(given.c.at >= period.since, given.c.at < period.until)
    found = await work.execute(
        select(day, func.coalesce(func.sum(given.c.amount), 0), func.count()).where(inside).group_by(day)
    )
    known: dict[date, tuple[float, int]] = {row[0]: (float(row[1]), int(row[2])) for row in found}
    return [known.get(bucket, (0.0, 0)) for bucket in period.buckets()]


async def headline(work: Work, person: Person, seen: View, period: Period) -> str:
    """$12,450 came in, up 8% on October. 14 programs enrolled over $182,000. Leads cost $4,120."""
    sight, currency, said = sight_of(person), await config.get(work, "currency"), []
    if sight.money:
        now = await total(work, FIGURES["revenue"], seen, period) or 0
        moved = change(now, await total(work, FIGURES["revenue"], seen, period.before()))
        amount = money_words(round(now), currency, short=True)
        said.append(say("%(amount)s came in.", amount=amount) if moved is None else _moved(amount, moved))
    if await _has_programs(work):
        enrolled = await _sums(work, period, _program_rows(seen)["enrolled"])
        debt, count = sum(line[0] for line in enrolled), sum(line[1] for line in enrolled)
        said.append(
            say(
                "%(n)s programs enrolled over %(amount)s.",
                n=number(count),
                amount=money_words(round(debt), currency, short=True),
            )
        )
    if sight.money and sight.cost:
        cost = await total(work, FIGURES["cost"], seen, period) or 0
        said.append(worded("%(Leads)s cost %(amount)s.", amount=money_words(round(cost), currency, short=True)))
    return " ".join(said)


def _moved(amount: str, moved: float) -> str:
    share = percent(abs(moved))
    if moved > MANIFOLD:
        return say("%(amount)s came in, many times what came before.", amount=amount)
    if moved >= 0:
        return say("%(amount)s came in, %(share)s more than before.", amount=amount, share=share)
    return say("%(amount)s came in, %(share)s less than before.", amount=amount, share=share)


def _debt_chart(period: Period, program: Lines) -> Chart:
    count = sum(line[1] for line in program["enrolled"])
    return Chart(
        kind="columns", unit="money", title=say("%(n)s programs enrolled", n=number(count)), head=say("Day"),
        subtitle=say("Enrolled debt · %(when)s", when=span_label(period)), labels=bucket_labels(period),
        series=[Series(name=say("Enrolled debt"), values=[line[0] for line in program["enrolled"]])],
        how=say(HOW["Enrolled debt"]), empty=say("Nobody enrolled in this period."),
    )  # fmt: skip


def _fee_chart(period: Period, program: Lines) -> Chart:
    count = sum(line[1] for line in program["settled"])
    return Chart(
        kind="columns", unit="money", title=say("%(n)s debts settled", n=number(count)), head=say("Day"),
        subtitle=say("Written down for clients and fees earned · %(when)s", when=span_label(period)), labels=bucket_labels(period),
        series=[Series(name=say("Written down"), values=[line[0] for line in program["settled"]]),
                Series(name=say("Fees earned"), values=[line[0] for line in program["fees"]])],
        how=say(HOW["Fees earned"]), empty=say("No debt was settled in this period."),
    )  # fmt: skip


def _table(
    seen: View, period: Period, lines: dict[str, list[float | None]], billed: list[tuple[float, int]], program: Lines
) -> Table:
    columns: list[tuple[Column, list[float]]] = []
    spans = parts(period)

    def column(label: str, kind: Kind, values: list[float], urls: list[str]) -> None:
        shown = [url if value else "" for url, value in zip(urls, values, strict=True)]
        columns.append((Column(label, kind, shown), values))

    for name, place, kind, label in PROGRAM_COLUMNS if program else ():
        values = [line[place] for line in program[name]]
        column(say(label), kind, values, [_rows_url(name, seen, part) for part in spans])
    if billed:
        column(
            say("Billed"), "money", [line[0] for line in billed], [_rows_url("billed", seen, part) for part in spans]
        )
    for name, label in (("revenue", "Paid"), ("cost", "Cost of %(leads)s")):
        if name in lines:
            urls = [rows_url(FIGURES[name], seen, part) for part in spans]
            column(worded(label), "money", [value or 0 for value in lines[name]], urls)
    head = bucket_head(period)
    return Table(
        title=say(BY[period.unit]), columns=[Column(head), *(column for column, _ in columns)],
        rows=[[label, *(values[place] for _, values in columns)] for place, label in enumerate(bucket_labels(period))],
        total=[say("Together"), *(sum(values) for _, values in columns)] if columns else [],
    )  # fmt: skip


def _rows_url(name: str, seen: View, period: Period) -> str:
    asked = {"from": period.first.isoformat(), "to": period.last.isoformat(), **seen.scope.given()}
    return f"/admin/reports/money/rows/{name}?{urlencode(asked)}"


def _how(program: Lines, sight: Sight) -> list[tuple[str, str]]:
    told = [(say(label), say(words)) for label, words in HOW.items() if program and label != "Billed"]
    if sight.money:
        told += [(say("Billed"), say(HOW["Billed"])), (say("Paid"), worded(FIGURES["revenue"].how))]
    return told + ([(worded("Cost of %(leads)s"), worded(FIGURES["cost"].how))] if sight.cost and sight.money else [])


# --- the single rows


def columns(sight: Sight) -> list[Column]:
    return [Column(say("Received"), "moment"), Column(say("Invoice"), "number"), Column(say("Name")), Column(say("Method")),
            Column(say("Reference")), Column(say("Amount"), "money")]  # fmt: skip


async def rows(work: Work, person: Person, seen: View, period: Period, after: Place | None, limit: int) -> Chunk:
    """Settled payments, the first first; nothing for who may not see invoices."""
    if not sight_of(person).money:
        return [], None
    name = func.trim(Contact.first_name + " " + Contact.last_name)
    shown = case((name != "", name), else_=func.coalesce(Contact.email, Contact.phone, ""))
    cells = (Payment.id, Payment.received_at, Invoice.number, shown, Payment.method, Payment.reference, Payment.amount)
    statement = (
        paid(seen, period.since, period.until).with_only_columns(*cells).join(Contact, Contact.id == Invoice.contact_id)
    )
    return await chunk(work, statement, Payment.received_at, Payment.id, after, limit)


async def count(work: Work, seen: View, period: Period) -> int:
    given = paid(seen, period.since, period.until).subquery()
    return int(await work.scalar(select(func.count()).select_from(given)) or 0)


REPORT = Report(
    name="money",
    title=TITLE,
    summary=later("What was won, settled, billed and paid, against what %(leads)s cost."),
    headline=headline,
    build=build,
    columns=columns,
    rows=rows,
    count=count,
    scoped=("owner", "team", "publisher", "pipeline", "state"),
)
