"""Making the demo's tenants, people and publishers through the same services that pages and commands call."""

from uuid import UUID, uuid5

import msgspec
import pyotp
from sqlalchemy import text

from app.access import service as access
from app.access.models import Role
from app.access.queries.people import as_person
from app.core import clock, config
from app.core.runtime import Runtime
from app.core.work import Actor, Work, unit
from app.demo import cast
from app.demo.cast import PublisherCast, TenantCast
from app.demo.handbook import Person, PublisherEntry, TenantEntry
from app.demo.partners import make_form, tell_outcomes
from app.messages import service as messages
from app.provider import service as provider
from app.provider.queries.reach import within_reach
from app.publishers import service as publishers
from app.publishers.models.terms import Cap
from app.team import service as team
from tenants import provision
from tenants.kernel import Kernel
from tenants.registry import Tenant

NAMESPACE = UUID("0f7a52a1-6d0b-5a55-9c39-9a1f4f0e7c11")
# What a team has ready to write; `/` in the composer offers it.
SNIPPETS = {
    "debt-resolution": (
        (
            "Statements",
            "Please have the last statement of each debt at hand. You can also send photos from your portal.",
        ),
        ("Fee", "You owe no fee before a debt is settled, you agreed to the settlement and a first payment was made."),
        ("Missed you", "I could not reach you today. When is a good time to call?"),
    ),
    "mva-intake": (
        ("Photos", "Please send photos of the vehicles and the police report if you have it. A phone picture is fine."),
        ("Treatment", "Please tell us which doctors you have seen since the accident, and when the next visit is."),
        ("Missed you", "I could not reach you today. When is a good time to call?"),
    ),
    "sales": (
        ("Next step", "Thank you for your time today. I will send you the details, and we speak again as agreed."),
        ("Brochure", "Here is the overview that you asked for. Which of these would you like to hear more about?"),
        ("Missed you", "I could not reach you today. When is a good time to call?"),
    ),
    "customer-care": (
        ("Order number", "Please send me your order number. You find it in the confirmation that we mailed to you."),
        ("Looking into it", "Thank you for writing. I am looking into it and will answer you today."),
        ("Solved?", "Has this solved it for you? If not, just answer and we go on."),
    ),
}


def id_of(name: str) -> UUID:
    """The same id for the same name on every machine, so that a start after a kill goes on instead of beginning anew."""
    return uuid5(NAMESPACE, name)


async def make_resellers(kernel: Kernel) -> None:
    async with kernel.owner.begin() as connection:
        for slug, (name, brand) in cast.RESELLERS.items():
            await connection.execute(
                text(
                    "insert into control.resellers (id, slug, name, brand, created_at) values (:id, :slug, :name, :brand, :now)"
                    " on conflict (id) do nothing"
                ),
                {
                    "id": id_of(slug),
                    "slug": slug,
                    "name": name,
                    "brand": msgspec.json.encode(brand).decode(),
                    "now": clock.now(),
                },
            )


async def make_console(runtime: Runtime, kernel: Kernel) -> list[Person]:
    """The operator's own tenant and the people of the console."""
    spec = provision.Spec(
        id=id_of("console"), slug="console", name="Console", blueprint="operator",
        hosts=(f"console.{runtime.settings.platform_domain}",), brand={"product_name": "Console"},
    )  # fmt: skip
    tenant = await provision.create(kernel, spec, system=True)
    people = []
    async with unit(tenant=tenant) as work:
        for role, name, email, reseller in cast.CONSOLE:
            if await access.find_person(work, email) is None:
                await access.create_person(
                    work, email=email, name=name, role=role, password=cast.PASSWORD,
                    party_id=id_of(reseller) if reseller else None,
                )  # fmt: skip
            people.append(Person(role=role, email=email, password=cast.PASSWORD, name=name))
    return people


async def make_tenant(runtime: Runtime, kernel: Kernel, wanted: TenantCast) -> tuple[Tenant, TenantEntry]:
    """One tenant with its people, publishers, offers and keys; what stands already is not made again."""
    spec = provision.Spec(
        id=id_of(wanted.slug), slug=wanted.slug, name=wanted.name, blueprint=wanted.blueprint, reseller_id=id_of(wanted.reseller),
        hosts=(f"{wanted.slug}.{runtime.settings.platform_domain}",), brand=wanted.brand,
    )  # fmt: skip
    tenant = await provision.create(kernel, spec)
    people, entries = [], []
    async with unit(tenant=tenant) as work:
        await config.put(work, "phone_number", wanted.phone)
        for person in wanted.people:
            people.append(await _staff(runtime, work, wanted, person))
        for label, body in SNIPPETS[wanted.blueprint]:
            await messages.save_snippet(work, None, label, body, shared=True)
        await tell_outcomes(work)
        for publisher in wanted.publishers:
            entry, somebody = await _publisher(work, wanted, publisher)
            entries.append(entry)
            people.append(somebody)
    return tenant, TenantEntry(
        slug=wanted.slug, name=wanted.name, blueprint=wanted.blueprint, reseller=cast.RESELLERS[wanted.reseller][0],
        url=runtime.settings.origin(tenant.host), people=people, publishers=entries,
    )  # fmt: skip


async def _staff(runtime: Runtime, work: Work, wanted: TenantCast, person: cast.PersonCast) -> Person:
    email, secret = cast.mail_of(wanted, person), None
    row = await access.create_person(work, email=email, name=person.name, role=person.role, password=cast.PASSWORD)
    if person.totp:
        secret = pyotp.random_base32()
        row.totp_secret = (await runtime.box(work.tenant)).seal(
            secret, table="people", column="totp_secret", row=row.id
        )
        row.totp_confirmed_at = clock.real_now()
    if person.role in ("agent", "manager"):
        values = team.MemberValues(
            skills=list(person.skills),
            languages=list(person.languages),
            territories=list(person.territories),
            cap=person.cap,
            weight=person.weight,
        )
        await team.change_member(work, row.id, values)
        await team.set_presence(work, row.id, person.presence)  # type: ignore[arg-type]
    return Person(role=person.role, email=email, password=cast.PASSWORD, name=person.name, totp_secret=secret)


async def _publisher(work: Work, wanted: TenantCast, one: PublisherCast) -> tuple[PublisherEntry, Person]:
    email = cast.mail_of_publisher(wanted, one)
    row = await publishers.create_publisher(work, name=one.name, email=email, state=one.state)  # type: ignore[arg-type]
    drafts = await publishers.templates(work)
    base = drafts[0] if drafts else publishers.OfferDraft(name="Standard")
    caps = (Cap(per="day", leads=one.cap),) if one.cap else ()
    terms = msgspec.structs.replace(base.terms, caps=caps)
    draft = msgspec.structs.replace(base, price_amount=one.price, terms=terms, slug="")
    offer = await publishers.create_offer(work, row.id, msgspec.structs.replace(draft, slug=_slug(one)))
    _, key = await publishers.make_key(work, row.id, "demo")
    if one is wanted.publishers[0]:
        await make_form(work, row.id, offer, wanted.name, wanted.brand["support_phone"])
    await access.create_person(
        work, email=email, name=f"{one.first} {one.last}", role="publisher", password=cast.PASSWORD, party_id=row.id
    )
    person = Person(role="publisher", email=email, password=cast.PASSWORD, name=f"{one.first} {one.last}")
    return PublisherEntry(one.name, key, [offer.slug]), person


def _slug(one: PublisherCast) -> str:
    return one.name.lower().replace(" ", "-")


async def make_sleeper(runtime: Runtime, kernel: Kernel) -> None:
    """A suspended tenant, so that the console and its notice can be seen."""
    slug, name, blueprint, reseller = cast.ASLEEP
    spec = provision.Spec(
        id=id_of(slug), slug=slug, name=name, blueprint=blueprint, reseller_id=id_of(reseller),
        hosts=(f"{slug}.{runtime.settings.platform_domain}",), brand={"product_name": name, "colour": "#5d6b2f"},
    )  # fmt: skip
    tenant = await provision.create(kernel, spec)
    await provision.set_state(kernel, tenant.id, "suspended")


async def choose_plans(runtime: Runtime) -> None:
    """As the operator would at the console; the worker writes it to the registry."""
    console = await runtime.directory.by_slug("console")
    assert console is not None
    async with unit(tenant=console) as work:
        row = await access.find_person(work, cast.CONSOLE[0][2])
        assert row is not None
        role = await work.get(Role, row.role_id)
        assert role is not None
        work.person = as_person(row, role, None, await config.everything(work))
        work.actor = Actor("person", row.id, row.name)
        for slug, plan in cast.PLANS.items():
            await provider.choose_plan(await within_reach(work), id_of(slug), plan)
