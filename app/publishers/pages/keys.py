"""`/publisher/keys`: the publisher's own keys, live ones and the one for tests."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import pages
from app.core.errors import Conflict, FieldError, Invalid
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.publishers import queries, service
from app.publishers.models import Publisher, PublisherKey
from app.publishers.pages.portal import MANAGE, USE, own
from app.publishers.queries import samples as sample_posts
from themes.catalogue import say

KEYS = "/publisher/keys"


class KeysPage(msgspec.Struct, frozen=True, kw_only=True):
    """Keys, and the secret of the one that was made just now with a command that uses it."""

    keys: list[PublisherKey]
    test_key: str
    secret: str
    curl: str
    full: bool
    typed: Mapping[str, Any]


class KeyPages(Controller):
    """Everybody sees which keys there are; owners make, restrict and revoke them."""

    path = KEYS
    opt = USE

    @get("/")
    async def keys(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        return await _show(request, work, await own(work))

    @post("/", opt=MANAGE)
    async def make_key(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """The answer is the only page that ever shows the secret."""
        publisher, typed = await own(work), await pages.form(request)
        try:
            label, networks = str(typed.get("label", "")), str(typed.get("networks", ""))
            _, secret = await service.make_key(work, publisher.id, label, networks)
        except (Conflict, Invalid) as problem:
            return await _show(request, work, publisher, typed=typed, problem=as_invalid(problem))
        return await _show(request, work, publisher, secret=secret)

    @post("/test", opt=MANAGE)
    async def change_test_key(self, request: HttpRequest, work: WorkDep) -> Response[None]:
        await service.change_test_key(work, (await own(work)).id)
        return pages.redirect(request, KEYS, Toast(say("Changed. The test key of before is refused from now on.")))

    @post("/{key_id:uuid}/networks", opt=MANAGE)
    async def restrict_key(self, request: HttpRequest, work: WorkDep, key_id: FromPath[UUID]) -> Response[Any]:
        """From where the key is taken."""
        publisher, typed = await own(work), await pages.form(request)
        try:
            await service.restrict_key(work, publisher.id, key_id, str(typed.get("networks", "")))
        except Invalid as problem:
            named = Invalid([FieldError(f"networks-{key_id}", one.code, one.message) for one in problem.errors])
            kept = {f"networks-{key_id}": typed.get("networks", "")}
            return await _show(request, work, publisher, typed=kept, problem=named)
        return pages.redirect(request, KEYS, Toast(say("Saved. It holds from the next request on.")))

    @post("/{key_id:uuid}/revoke", opt=MANAGE)
    async def revoke_key(self, request: HttpRequest, work: WorkDep, key_id: FromPath[UUID]) -> Response[None]:
        """From the next request on it is refused."""
        await service.revoke_key(work, (await own(work)).id, key_id)
        return pages.redirect(request, KEYS, Toast(say("Revoked. Requests with this key are refused from now on.")))


def as_invalid(problem: Conflict | Invalid) -> Invalid:
    """What is in the way of a new key, told beside the form."""
    return problem if isinstance(problem, Invalid) else Invalid([FieldError("label", "not_allowed", problem.detail)])


async def _show(
    request: HttpRequest,
    work: Work,
    publisher: Publisher,
    *,
    secret: str = "",
    typed: Mapping[str, Any] | None = None,
    problem: Invalid | None = None,
) -> Response[bytes]:
    keys = await queries.keys(work, publisher.id)
    live = sum(key.revoked_at is None for key in keys)
    context = KeysPage(
        keys=keys,
        test_key=queries.test_key(work, publisher),
        secret=secret,
        curl=await curl_with(work, publisher, secret) if secret else "",
        full=live >= service.LIVE_AT_ONCE,
        typed=typed or {},
    )
    if problem is not None:
        return await pages.refused(request, work, "publishers/keys.html", context, problem, title=say("Keys"))
    return await pages.page(request, work, "publishers/keys.html", context, title=say("Keys"))


async def curl_with(work: Work, publisher: Publisher, secret: str) -> str:
    """A post that works as it stands with this key; empty without an offer."""
    offers = [offer for offer in await queries.open_offers(work, publisher.id) if offer.state != "closed"]
    if not offers:
        return ""
    spec = await queries.spec_of(work, await queries.caller_of(work, publisher.id), offers[0])
    return sample_posts.curls(spec, several=len(offers) > 1, secret=secret)[0][1]
