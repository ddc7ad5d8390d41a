"""Example posts and answers for the spec page: working commands, and each answer with its body. Invented
people only.
"""

import json
import shlex
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from app.core.money import Money
from app.publishers.models import Answer, Reason
from app.publishers.models import answers as wording
from app.publishers.queries.intake import OpenOffer
from themes.catalogue import later

PLACEHOLDER = "YOUR_KEY"
EXAMPLE_ID = UUID("01890f3e-7c00-7000-8000-000000000000")
# A ZIP in each state, of its capital.
ZIPS = dict(
    pair.split("=")
    for pair in (
        "AL=36104 AK=99801 AZ=85003 AR=72201 CA=95814 CO=80202 CT=06103 DE=19901 DC=20001 FL=33602"
        " GA=30303 HI=96813 ID=83702 IL=62701 IN=46204 IA=50309 KS=66603 KY=40601 LA=70802 ME=04330"
        " MD=21401 MA=02108 MI=48933 MN=55102 MS=39201 MO=65101 MT=59601 NE=68508 NV=89701 NH=03301"
        " NJ=08608 NM=87501 NY=12207 NC=27601 ND=58501 OH=43215 OK=73102 OR=97301 PA=17101 RI=02903"
        " SC=29201 SD=57501 TN=37219 TX=78701 UT=84111 VT=05602 VA=23219 WA=98501 WV=25301 WI=53703"
        " WY=82001"
    ).split()
)


def example_post(spec: Mapping[str, Any], *, several: bool) -> dict[str, Any]:
    """What every required field asks for, as a test; in the offer's own area."""
    post: dict[str, Any] = {"test": True}
    if several:
        post["offer"] = spec["offer"]
    for field in spec["fields"]:
        if field["required"] or field["name"] in ("last_name", "email", "sub_id"):
            post[field["name"]] = field.get("example")
    state = "FL" if "FL" in (spec["states"] or ["FL"]) else spec["states"][0]
    place = {"state": state, "zip": ZIPS.get(state)}
    return post | {name: value for name, value in place.items() if name in post and value}


def curls(spec: Mapping[str, Any], *, several: bool, secret: str = PLACEHOLDER) -> list[tuple[str, str]]:
    """("JSON", command), ("Form", command): ready to paste into a terminal once the key stands in them."""
    post = example_post(spec, several=several)
    head = f"curl {spec['post_to']} \\\n  -H 'Authorization: Bearer {secret}' \\\n"
    as_json = shlex.quote(json.dumps(post, indent=2))
    parts = [f"  --data-urlencode {shlex.quote(f'{name}={value}')}" for name, value in _flat(post)]
    return [
        ("JSON", f"{head}  -H 'Content-Type: application/json' \\\n  -d {as_json}"),
        ("Form", head + " \\\n".join(parts)),
    ]


def _flat(post: Mapping[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in post.items():
        if isinstance(value, Mapping):
            found += [(f"{name}.{part}", str(inner)) for part, inner in value.items()]
        elif isinstance(value, list):
            found += [(name, str(item)) for item in value]
        else:
            found.append((name, str(value).lower() if isinstance(value, bool) else str(value)))
    return found


def form_values(spec: Mapping[str, Any]) -> dict[str, str]:
    """What the form on the page is filled with before anything is typed."""
    return dict(_flat(example_post(spec, several=True)))


def answers_for(offer: OpenOffer) -> list[tuple[int, str, Answer]]:
    paid, none = Money(offer.price_amount, offer.currency), Money(0, offer.currency)
    missing = Reason("zip", "missing", "Enter a ZIP code.")
    days = offer.terms.duplicates.days
    return [
        (201, later("Accepted: `id` is the lead's."), Answer(EXAMPLE_ID, "accepted", [], paid)),
        (201, later("A test that would have been accepted."), Answer(EXAMPLE_ID, "accepted", [], none, True)),
        (200, later("Duplicate."), Answer(EXAMPLE_ID, "duplicate", [wording.duplicate(days)], none)),
        (200, later("Rejected, every fault at once."), Answer(EXAMPLE_ID, "rejected", [missing], none)),
    ]


PROBLEMS = [
    (400, later("Not JSON or a form that can be read."), "unreadable"),
    (401, later("No key, a wrong or revoked one, or one in the address."), "unauthorized"),
    (403, later("The account is closed."), "closed"),
    (403, later("The key is not taken from this network address."), "address_not_allowed"),
    (409, later("The same request is still being worked on. Wait as Retry-After says."), ""),
    (413, later("More than 256 KB."), ""),
    (415, later("Neither JSON nor a form."), "unsupported_type"),
    (422, later("The Idempotency-Key was used with another body."), "idempotency_mismatch"),
    (429, later("Too many requests. Wait as Retry-After says."), "too_many"),
]


def answers(offer: OpenOffer) -> list[tuple[int, str, str]]:
    """(status, what it means, body as text) of every answer that a post can get."""
    whole = [(status, words, _shown(msgspec.to_builtins(body))) for status, words, body in answers_for(offer)]
    return whole + [(status, words, _shown(_problem(status, words, code))) for status, words, code in PROBLEMS]


def _problem(status: int, words: str, code: str) -> dict[str, Any]:
    """As RFC 9457 has it."""
    return {"title": "…", "status": status, "detail": words} | ({"code": code} if code else {})


def _shown(body: Any) -> str:
    return json.dumps(body, indent=2, ensure_ascii=False)
