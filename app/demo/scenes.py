"""People of the debt tenant with a story of their own, told by the services at the moments when it happened."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from app.calls import service as calls
from app.calls.service import OutcomeValues
from app.compliance import service as compliance
from app.contacts import service as contacts
from app.core import clock
from app.core.permissions import Person
from app.core.ports.carrier import InboundSms
from app.core.work import Actor, Work
from app.demo.enrolments import enrol
from app.demo.invented import consent
from app.demo.virtual import UNSURE, Past
from app.documents import service as documents
from app.leads import service as leads
from app.leads.models import Lead
from app.leads.service import LeadValues
from app.messages import service as messages
from app.messages.models.letters import Letter

FIRM, OWN_NUMBER, OWN_MAIL = "Harbor Debt Relief", "+18135550199", "hello@harbor.example.com"
ZONE = ZoneInfo("America/New_York")
LETTER = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
Step = Callable[[Work], Awaitable[object]]


class Somebody(msgspec.Struct, frozen=True):
    """Who plays a part. The last digits of the number say how the simulated person takes a call."""

    first: str
    last: str
    phone: str
    place: tuple[str, str, str]
    debt: int = 24_000

    @property
    def email(self) -> str:
        return f"{self.first}.{self.last}@example.com".lower()


TAMPA, HONOLULU, ATLANTA = ("Tampa", "FL", "33602"), ("Honolulu", "HI", "96813"), ("Atlanta", "GA", "30303")
CAST = {
    "hot": Somebody("Dana", "Reyes", "+17275550142", TAMPA, 48_000),
    "timeline": Somebody("Marta", "Lindholm", "+17275550141", TAMPA, 36_000),
    "wrote": Somebody("Omar", "Kessler", "+17275550147", TAMPA),
    "hour": Somebody("Hana", "Kealoha", "+18085550140", HONOLULU),
    "count": Somebody("Carla", "Mendez", "+18135550143", TAMPA, 31_000),
    "opt_out": Somebody("Ruben", "Castle", "+14045550141", ATLANTA),
    "listed": Somebody("Wanda", "Forsyth", "+14045550140", ATLANTA),
    "consent": Somebody("Nils", "Aldana", "+14045550144", ATLANTA),
    "first_call": Somebody("Beatriz", "Sandoval", "+17275550150", TAMPA),
    "second_call": Somebody("Joseph", "Arkwright", "+17275550151", TAMPA),
    "twice": Somebody("Ellen", "Marchetti", "+17275550152", TAMPA),
    "day_one": Somebody("Nadia", "Brooks", "+17275550153", TAMPA, 27_500),
}


class Scenes:
    """What is to happen, soonest first; `until` plays what has come."""

    def __init__(self, past: Past, agent: Person, now: datetime) -> None:
        self.past, self.agent, self.now = past, agent, now
        self.of: dict[str, tuple[UUID, UUID]] = {}
        plan = [*self._short_ones(), *self._six_weeks()]
        self._plan = sorted(plan, key=lambda one: one[0])

    async def until(self, moment: datetime) -> None:
        while self._plan and self._plan[0][0] <= moment:
            at, step = self._plan.pop(0)
            async with self.past.do(max(at, self.past.now), Actor("person", self.agent.id, self.agent.name)) as work:
                work.person = self.agent
                await step(work)

    def _ago(self, **span: float) -> datetime:
        return self.now - timedelta(**span)

    def _short_ones(self) -> list[tuple[datetime, Step]]:
        three = _office_hours(self.now, 3)
        plan: list[tuple[datetime, Step]] = [
            (self._ago(hours=5), self._arrives("hot")),
            (self._ago(hours=3), self._heats("hot", 4.0, "opened the form twice today")),
            (self._ago(days=1, hours=4), self._arrives("wrote")),
            (self._ago(hours=2), self._texts("wrote", "Before we talk: can I get this in writing?")),
            (self._ago(hours=9), self._arrives("hour")),
            (min(three) - timedelta(hours=2), self._arrives("count")),
            (self._ago(days=3), self._arrives("opt_out")),
            (self._ago(days=2), self._texts("opt_out", "Stop calling and texting me")),
            (self._ago(days=2) + timedelta(minutes=5), self._stops("opt_out")),
            (self._ago(days=4), self._arrives("listed")),
            (self._ago(days=4) + timedelta(minutes=20), self._lists("listed")),
            (self._ago(hours=7), self._arrives("consent", agreed=False)),
            (self._ago(days=2, hours=3), self._arrives("twice")),
            (self._ago(days=1, hours=2), self._again("twice")),
            (self._ago(hours=8), self._mails("second_call", UNSURE, "We call you today, as we agreed.")),
            (self._ago(hours=4), self._arrives("day_one")),
            (self._ago(hours=2), self._enrols("day_one")),
        ]  # fmt: skip
        plan += [(at, self._calls("count", "no_answer")) for at in three]
        for who, hours in (("first_call", 4), ("second_call", 2)):
            plan.append((self._ago(days=2, hours=hours), self._arrives(who)))
            plan.append((self._ago(days=1, hours=hours), self._promises(who, self._ago(hours=hours))))
        return plan

    def _six_weeks(self) -> list[tuple[datetime, Step]]:
        """Marta: every kind of thing that a timeline can hold, from the first form to what waits now."""

        def day(days: int, hour: int) -> datetime:
            local = (self.now - timedelta(days=days)).astimezone(ZONE)
            return local.replace(hour=hour, minute=(days * 7) % 60, second=0, microsecond=0)

        who, mail = "timeline", "Your numbers, side by side"
        return [
            (day(42, 10), self._arrives(who)),
            (day(42, 11), self._calls(who, "no_answer")),
            (day(41, 17), self._calls(who, "voicemail")),
            (day(40, 10), self._mails(who, "We tried to reach you", "You asked us about your cards. When is a good time?")),
            (day(38, 12), self._answers(who, "Re: We tried to reach you", "After five is best. What would it cost me?")),
            (day(38, 17), self._calls(who, "other", 640, "Four cards, two of them behind. Wants numbers first.")),
            (day(38, 18), self._stage(who, "contacted")),
            (day(37, 9), self._notes(who, "Husband Erik decides with her. Call after five.")),
            (day(36, 10), self._tags(who, "asked for numbers")),
            (day(35, 11), self._mails(who, mail, "Here is what you pay now, and what a program would come to.")),
            (day(30, 16), self._heats(who, 1.0, "opened the numbers again")),
            (day(28, 17), self._calls(who, "callback", 85, "At the doctor, asked to be called next week.")),
            (day(24, 9), self._changes(who)),
            (day(21, 17), self._calls(who, "other", 910, "Income statement is on its way.")),
            (day(18, 13), self._uploads(who)),
            (day(17, 9), self._stage(who, "qualified")),
            (day(12, 10), self._texts(who, "Got the letter from the bank today, sent it by mail")),
            (day(9, 10), self._writes_portal(who)),
            (day(5, 17), self._calls(who, "no_answer")),
            (day(2, 12), self._promises(who, self.now + timedelta(days=1))),
        ]  # fmt: skip

    def _arrives(self, who: str, *, agreed: bool = True) -> Step:
        one = CAST[who]
        city, state, zip_code = one.place

        async def step(work: Work) -> None:
            contact = await contacts.create(
                work,
                {"first_name": one.first, "last_name": one.last, "phone": one.phone, "email": one.email,
                 "address": "18 Bayview St", "city": city, "state": state, "zip": zip_code},
            )  # fmt: skip
            said = consent(FIRM, clock.now() - timedelta(minutes=2), len(self.of) + 90_000)
            if agreed:
                await contacts.add_consent(
                    work, contact.id, text=said["text"], at=clock.now(), url=said["url"], certificate_id=said["certificate_id"]
                )  # fmt: skip
            values = LeadValues(
                source="website" if agreed else "trade fair", owner_id=self.agent.id, landing_page=said["url"] if agreed else "",
                custom={"total_debt": Decimal(one.debt), "monthly_income": Decimal(4_100), "hardship": "reduced_income"},
            )  # fmt: skip
            lead = await leads.create(work, contact.id, values)
            self.of[who] = (contact.id, lead.id)

        return step

    def _heats(self, who: str, weight: float, why: str) -> Step:
        return lambda work: leads.heat_up(work, self.of[who][1], weight, why)

    def _stage(self, who: str, stage: str) -> Step:
        answers = {
            "value": CAST[who].debt,
            "total_debt": CAST[who].debt,
            "monthly_income": 4_100,
            "hardship": "reduced_income",
        }
        return lambda work: leads.change_stage(work, self.of[who][1], stage, answers)

    def _changes(self, who: str) -> Step:
        return lambda work: leads.update(work, self.of[who][1], {"monthly_income": Decimal(4_400)})

    def _notes(self, who: str, words: str) -> Step:
        return lambda work: contacts.add_note(work, "lead", self.of[who][1], words)

    def _tags(self, who: str, label: str) -> Step:
        return lambda work: contacts.add_tags(work, "lead", [self.of[who][1]], label)

    def _calls(self, who: str, outcome: str, seconds: int = 0, notes: str = "") -> Step:
        def step(work: Work) -> Awaitable[object]:
            back = clock.now() + timedelta(days=7) if outcome == "callback" else None
            given = OutcomeValues(outcome=outcome, notes=notes, callback_at=back)
            return calls.log_call(work, self.of[who][1], self.agent, calls.Logged(outcome=given, seconds=seconds))

        return step

    def _promises(self, who: str, due: datetime) -> Step:
        def step(work: Work) -> Awaitable[object]:
            given = OutcomeValues(outcome="callback", notes="Asked to be called back.", callback_at=due)
            return calls.log_call(work, self.of[who][1], self.agent, calls.Logged(outcome=given, seconds=70))

        return step

    def _texts(self, who: str, words: str) -> Step:
        def step(work: Work) -> Awaitable[object]:
            key = f"scene-{who}-{clock.now():%j%H%M}"
            said = InboundSms(event_id=key, id=key, from_=CAST[who].phone, to=OWN_NUMBER, text=words)
            return messages.receive_sms(work, said)

        return step

    def _mails(self, who: str, subject: str, words: str) -> Step:
        async def step(work: Work) -> None:
            contact_id, lead_id = self.of[who]
            await messages.send_email(work, contact_id, lead_id=lead_id, subject=subject, text=words)

        return step

    def _answers(self, who: str, subject: str, words: str) -> Step:
        async def step(work: Work) -> None:
            letter = Letter(kind="reply", sender=CAST[who].email, to=(OWN_MAIL,), subject=subject, text=words)
            await messages.receive_email(work, letter)

        return step

    def _writes_portal(self, who: str) -> Step:
        return lambda work: messages.write_out(
            work, self.of[who][0], "Your file is complete. We go through it together on the phone."
        )

    def _uploads(self, who: str) -> Step:
        contact_lead = self.of

        def step(work: Work) -> Awaitable[object]:
            contact_id, lead_id = contact_lead[who]
            return documents.take_upload(
                work, entity="lead", entity_id=lead_id, contact_id=contact_id, name="Income statement.pdf", body=LETTER, shared=True
            )  # fmt: skip

        return step

    def _stops(self, who: str) -> Step:
        async def step(work: Work) -> None:
            contact_id, lead_id = self.of[who]
            words = "Stop calling and texting me"
            await compliance.opt_out(work, contact_id=contact_id, words=words, how="reply", lead_id=lead_id)

        return step

    def _lists(self, who: str) -> Step:
        return lambda work: compliance.put_on_list(
            work, "internal", contact_id=self.of[who][0], phone=CAST[who].phone, reason="Asked not to be called any more"
        )  # fmt: skip

    def _again(self, who: str) -> Step:
        """The same person by another way; somebody sees it and makes the two one."""
        one = CAST[who]

        async def step(work: Work) -> None:
            kept, _ = self.of[who]
            twin = await contacts.create(
                work, {"first_name": one.first, "last_name": one.last, "email": f"e.{one.last}@example.net".lower(), "zip": "33602"}
            )  # fmt: skip
            await contacts.add_note(work, "contact", twin.id, "Called in from another number.")
            await contacts.merge(work, kept, twin.id)

        return step

    def _enrols(self, who: str) -> Step:
        async def step(work: Work) -> None:
            lead_id = self.of[who][1]
            await self._stage(who, "contacted")(work)
            await self._stage(who, "qualified")(work)
            lead = await work.get(Lead, lead_id, populate_existing=True)
            assert lead is not None
            await enrol(7)(work, lead)

        return step


def _office_hours(now: datetime, number: int) -> list[datetime]:
    """The last so many moments before the past ends, an hour ago, at which somebody in Tampa may have been called."""
    found, at = [], now - timedelta(minutes=70)
    while len(found) < number:
        if 9 <= at.astimezone(ZONE).hour < 19:
            found.append(at)
        at -= timedelta(minutes=20)
    return found
