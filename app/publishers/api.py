"""`/intake/v1`: what a publisher's program calls."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter

from app.core import clock, limits
from app.core.errors import FieldError, Forbidden, Invalid, NotFound, Problem
from app.core.permissions import Person
from app.core.web import HttpRequest, WorkDep, authenticators, client_address
from app.core.work import Actor, Work
from app.publishers import forms, queries, service
from app.publishers.queries.intake import Caller
from app.publishers.service.keys import PREFIX, USED_EVERY
from themes.catalogue import say

LONGEST_KEY = 255
WAITS_MS = 8_000  # a twin waits up to five seconds for the first
BAD_KEYS = limits.Limit.per_minute(60)
NO_STORE = {"Cache-Control": "no-store"}
OPT = {"permission": "intake.post", "by": "publisher_key", "csrf": False, "timeout_ms": WAITS_MS}


class BadKey(Problem):
    """No key, an unknown or revoked one, another tenant's, or one in the address."""

    status = 401
    title = "Send a publisher key: Authorization: Bearer …"


async def by_publisher_key(work: Work, request: HttpRequest) -> None:
    """Find out whose key this is, before anything else is done for the request. Raises BadKey, Forbidden,
    TooMany.
    """
    secret = _bearer(request)
    if secret is not None and request.method == "POST":
        await request.body()  # before the database is asked, so that a slow sender holds no connection
    caller = await queries.caller(work, secret) if secret else None
    if caller is None:
        await limits.demand("intake.bad_key", client_address(request), BAD_KEYS)
        raise BadKey(code="unauthorized")
    if caller.state == "closed":
        raise Forbidden("This publisher account is closed.", code="closed")
    address = client_address(request)
    if not caller.may_come_from(address):
        raise Forbidden(say("This key is not taken from %(address)s.", address=address), code="address_not_allowed")
    principal = f"test {caller.publisher_id}" if caller.test_only else caller.key_id
    await limits.demand("intake", principal, limits.Limit.per_minute(caller.per_minute))
    if _is_news(caller, address):
        await service.note_use(work, caller.key_id, address)
    work.actor = Actor("publisher", caller.publisher_id, caller.name)
    work.person = _as_person(caller)
    request.state.caller = caller


authenticators["publisher_key"] = by_publisher_key


def _is_news(caller: Caller, address: str) -> bool:
    if caller.test_only:
        return False
    used = caller.last_used_at
    return used is None or used < clock.now() - USED_EVERY or caller.last_address != address


def _bearer(request: HttpRequest) -> str | None:
    """The key of the header; one in the address ends up in logs, so it is refused beside a good one too."""
    if any(value.startswith(PREFIX) for _, value in request.query_params.multi_items()):
        raise BadKey(
            "Send the key in the Authorization header, never in the address. Revoke this one.",
            code="key_in_url",
        )
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    secret = secret.strip()
    return secret if scheme.lower() == "bearer" and secret.startswith(PREFIX) and len(secret) <= LONGEST_KEY else None


def _as_person(caller: Caller) -> Person:
    """A key may do this one thing, whatever the roles say."""
    return Person(
        id=caller.key_id,
        email="",
        name=caller.name,
        role="publisher_key",
        role_label="",
        audience="publisher",
        home="",
        permissions=frozenset({"intake.post"}),
        party_id=caller.publisher_id,
    )


@post("/intake/v1/leads", opt=OPT, request_max_body_size=queries.BODY_LIMIT)
async def receive_lead(request: HttpRequest, work: WorkDep) -> Response[str]:
    """One lead in, one answer out."""
    content_type, body = request.headers.get("Content-Type", ""), await request.body()
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > LONGEST_KEY:
        raise Invalid(
            [
                FieldError(
                    "Idempotency-Key", "too_long", say("This key is longer than %(most)s characters.", most=LONGEST_KEY)
                )
            ]
        )
    given = service.Post(
        raw=forms.payload(content_type, body),
        body=body,
        content_type=content_type,
        address=client_address(request),
        idempotency_key=key,
        headers=forms.told_headers(request.headers.items()),
    )
    reply = await service.receive(work, request.state.caller, given)
    headers = {**NO_STORE, **({"Idempotency-Replayed": "true"} if reply.replayed else {})}
    return Response(reply.body, status_code=reply.status, media_type="application/json", headers=headers)


@get("/intake/v1/leads/{answer_id:str}", opt=OPT)
async def lead_outcome(request: HttpRequest, work: WorkDep, answer_id: FromPath[str]) -> Response[bytes]:
    """What became of a post, by the id in its answer."""
    try:
        found = await queries.outcome(work, request.state.caller, UUID(answer_id))
    except ValueError:
        found = None
    if found is None:
        raise NotFound("We have no lead of yours with this id.", code="not_found")
    price = {"amount": found.price_amount, "currency": found.currency}
    outcome = {
        "id": found.lead_id or found.id,
        "status": found.status,
        "reasons": found.reasons,
        "price": price,
        "test": not found.tally,
        "ref": found.ref,
        "sub_id": found.sub_id,
        "at": found.at,
    }
    return Response(msgspec.json.encode(outcome), media_type="application/json", headers=dict(NO_STORE))


@get("/intake/v1/spec", opt=OPT)
async def offer_spec(
    request: HttpRequest,
    work: WorkDep,
    slug: Annotated[str, QueryParameter(name="offer", required=False)] = "",
) -> Response[bytes]:
    """What an offer takes, made from the very fields that validate a post."""
    caller: Caller = request.state.caller
    offers = [offer for offer in await queries.open_offers(work, caller.publisher_id) if offer.state != "closed"]
    offer = next((one for one in offers if one.slug == slug), None) if slug else offers[0] if len(offers) == 1 else None
    if offer is None:
        choices = ", ".join(one.slug for one in offers) or say("none yet")
        raise Invalid(
            [
                FieldError(
                    "offer",
                    "missing" if not slug else "not_allowed",
                    say("Choose one of: %(choices)s.", choices=choices),
                )
            ]
        )
    return Response(
        msgspec.json.encode(await queries.spec_of(work, caller, offer)),
        media_type="application/json",
        headers=dict(NO_STORE),
    )


HANDLERS = [receive_lead, lead_outcome, offer_spec]
