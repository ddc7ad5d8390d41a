"""Intake: one post in, one answer out, in one transaction.

The order matters. Whatever only this post shows is looked at first and told all together; then what the
offer allows now; then whether we have the person; the caps last, because their counters stay locked until
the commit.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from app.contacts import service as contacts
from app.contacts.models import Contact
from app.core import clock, events, idempotency, live
from app.core.money import Money
from app.core.runtime import runtime
from app.core.work import Work, settle
from app.leads import service as leads
from app.publishers import forms
from app.publishers.models import Answer, Submission, accepted, refused
from app.publishers.models.quality import quality
from app.publishers.models.spec import PERSON
from app.publishers.queries import intake as queries
from app.publishers.queries.intake import Caller
from app.publishers.service.caps import CapTaken, reserve
from app.publishers.service.judging import Case, Post, case_of, judge
from themes.view import speaking

KEYED_FOR = timedelta(hours=24)
REPEATED_WITHIN = timedelta(seconds=60)


class Reply(msgspec.Struct, frozen=True):
    """What goes back. `replayed`: it is the answer of an earlier, equal request."""

    status: int
    body: str
    replayed: bool = False


async def try_out(work: Work, publisher_id: UUID, typed: Mapping[str, Any], address: str) -> Answer:
    """The form on the spec page: posted for real, and always as a test. Raises NotFound."""
    caller = await queries.caller_of(work, publisher_id)
    body = urlencode({**typed, "test": "true"}, doseq=True).encode()
    reply = await receive(work, caller, Post(forms.payload(forms.FORM, body), body, forms.FORM, address))
    return msgspec.json.decode(reply.body, type=Answer)


async def receive(work: Work, caller: Caller, post: Post) -> Reply:
    """Judge, store and answer one post. Raises Conflict for a twin that takes too long, Mismatch for a
    reused key. The answer is kept for the publisher, so it is English whoever filled in a form.
    """
    with speaking("en_US", {}):
        try:
            return await _receive(work, caller, post)
        except CapTaken:  # the last slot went to another post; the counter says so now
            await work.start_over()
            return await _receive(work, caller, post)


async def _receive(work: Work, caller: Caller, post: Post) -> Reply:
    case = case_of(caller, list(caller.offers), post)
    same = post.identity.encode() or msgspec.json.encode(post.raw, order="sorted")
    print_ = idempotency.fingerprint(same)
    scope, key, keep = _identity(case, print_)
    earlier = await idempotency.first_answer(work, scope, key, print_)
    if earlier is not None:
        return Reply(earlier.status, earlier.body, replayed=True)
    await judge(work, case)
    answer = await _keep(work, case)
    body = msgspec.json.encode(answer).decode()
    await idempotency.remember(work, scope, key, print_, idempotency.Answer(answer.http_status, body), keep=keep)
    live.tell(work, "publisher", caller.publisher_id)
    if answer.status == "accepted" and not case.test:
        await settle(work)  # everything else is written before the counters are locked
        await _reserve(work, case)
    return Reply(answer.http_status, body)


def _identity(case: Case, print_: str) -> tuple[str, str, timedelta]:
    """Scope, key, and how long the answer is kept."""
    if case.post.idempotency_key:
        return f"intake.leads:{case.caller.key_id}", case.post.idempotency_key, KEYED_FOR
    offer = case.offer.id if case.offer else ""
    return f"intake.leads.payload:{case.caller.publisher_id}:{offer}", print_, REPEATED_WITHIN


async def _keep(work: Work, case: Case) -> Answer:
    """The lead if there is to be one, and the submission; the answer that tells of them."""
    submission_id = uuid7()
    if case.reasons:
        answer = refused(submission_id, case.reasons, case.currency, test=case.test, warnings=case.warnings)
        lead_id = None
    else:
        lead_id = await _make_lead(work, case)
        answer = accepted(lead_id, Money(case.price, case.currency), test=case.test, warnings=case.warnings)
    await _store(work, case, answer, submission_id, lead_id)
    return answer


async def _make_lead(work: Work, case: Case) -> UUID:
    """Person, consent and lead. A test's person has neither phone nor e-mail, so nothing can ever reach
    anybody.
    """
    assert case.offer is not None and case.fieldset is not None
    values, offer = case.values, case.offer
    of_person = {
        name: value for name, value in values.items() if name in PERSON or case.fieldset[name].entity == "contact"
    }
    if case.post.language:
        of_person["language"] = case.post.language
    if case.test:
        person = await contacts.create(work, {**of_person, "phone": None, "email": None})
    else:
        person = await _person(work, case, of_person)
    await _keep_consent(work, case, person.id)
    custom = {name: value for name, value in values.items() if case.fieldset[name].entity == "lead"}
    lead = await leads.create(
        work,
        person.id,
        leads.LeadValues(
            source=values.get("source") or case.caller.name,
            sub_source=values.get("sub_id") or "",
            campaign=values.get("campaign") or "",
            landing_page=values.get("landing_page") or "",
            publisher_id=case.caller.publisher_id,
            offer_id=offer.id,
            currency=offer.currency,
            cost_amount=case.price,
            pipeline=offer.pipeline,
            custom=custom,
            test=case.test,
        ),
    )
    return lead.id


async def _person(work: Work, case: Case, values: Mapping[str, Any]) -> Contact:
    """Somebody whom we know keeps what we know of them; blanks are filled in."""
    if case.known:
        return await contacts.fill_in(work, case.known[0], values)
    return await contacts.create(work, values)


async def _keep_consent(work: Work, case: Case, contact_id: UUID) -> None:
    given = case.consent
    if given is not None:
        await contacts.add_consent(
            work,
            contact_id,
            text=given.text,
            at=given.at,
            url=given.url,
            certificate_id=given.certificate_id,
            address=case.values.get("ip"),
            source=case.caller.name,
        )


async def _store(work: Work, case: Case, answer: Answer, submission_id: UUID, lead_id: UUID | None) -> None:
    box, values, now = await runtime().box(work.tenant), case.values, clock.now()
    quality, tips = _quality(case, now)
    place: Mapping[str, Any] = {"table": "submissions", "row": submission_id}
    extra = msgspec.json.encode(case.extra).decode() if case.extra else None
    work.add(
        Submission(
            id=submission_id,
            publisher_id=case.caller.publisher_id,
            offer_id=case.offer.id if case.offer else None,
            key_id=case.caller.key_id,
            at=now,
            tally=not case.test,
            status=answer.status,
            codes=sorted({reason.code for reason in answer.reasons}),
            reasons=msgspec.to_builtins(answer.reasons),
            lead_id=lead_id,
            price_amount=answer.price.amount,
            currency=answer.price.currency,
            quality=quality,
            tips=tips,
            **_earning(case, answer, now),
            ref=values.get("ref") or ("" if case.post.form_id else case.post.idempotency_key),
            sub_id=values.get("sub_id") or "",
            source=values.get("source") or "",
            phone=values.get("phone"),
            email=values.get("email"),
            form_id=case.post.form_id,
            content_type=case.post.content_type[:100],
            headers=[list(pair) for pair in case.post.headers],
            address=case.post.address[:64],
            answer_status=answer.http_status,
            request=box.seal(case.post.body.decode("utf-8", "replace"), column="request", **place),
            extra=box.seal(extra, column="extra", **place) if extra else None,
            answer=msgspec.json.encode(answer).decode(),
        )
    )
    await work.flush()


def _quality(case: Case, now: datetime) -> tuple[int | None, dict[str, int]]:
    """Of what was accepted; a refusal has its reasons instead."""
    if case.reasons or case.fieldset is None:
        return None, {}
    given = case.consent
    return quality(case.fieldset, case.values, given and given.at, bool(given and given.certificate_id), now)


def _earning(case: Case, answer: Answer, now: datetime) -> dict[str, datetime]:
    """Until when a paid lead may be returned, and when its price is approved."""
    if case.offer is None or not answer.price.amount:
        return {}
    terms = case.offer.terms
    return {
        "hold_until": now + timedelta(days=terms.hold_days),
        "return_until": now + timedelta(days=terms.return_days),
    }


async def _reserve(work: Work, case: Case) -> None:
    assert case.offer is not None
    for usage in await reserve(work, case.offer.id, case.price, case.used):
        events.record(
            work,
            "offer.cap_reached",
            "publisher",
            case.caller.publisher_id,
            offer=case.offer.id,
            per=usage.cap.per,
            until=usage.until,
        )
