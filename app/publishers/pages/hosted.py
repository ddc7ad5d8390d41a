"""`/f/{form}`: a form that anybody may fill in, on the tenant's host and in its brand, also inside other sites' pages.

Screens follow each other by plain posts; what was typed travels in the page itself. There is no session: inside
another site's page browsers send no cookie.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import fields, pages, shield
from app.core.crypto import signed
from app.core.errors import FieldError, NotFound
from app.core.fields import Field
from app.core.runtime import runtime
from app.core.web import PUBLIC, HttpRequest, WorkDep, authenticators, client_address
from app.core.work import Work
from app.publishers import queries
from app.publishers.models.hosted import ConsentWords, Words, asked, newest, shown
from app.publishers.pages.visit_words import in_language, sentence
from app.publishers.queries import OpenForm
from app.publishers.service import visiting
from app.publishers.service.visiting import Shown
from themes.catalogue import say
from themes.view import speak

OPEN: dict[str, Any] = {"permission": PUBLIC, "by": "visitor", "csrf": False}
TRAP = "website"  # no person sees it
KEPT = (*visiting.TRACKED, *visiting.KEPT_BESIDE)


async def _visitor(work: Work, request: HttpRequest) -> None:
    """Nobody in particular: cookies are not looked at."""


authenticators["visitor"] = _visitor


class VisitPage(msgspec.Struct, frozen=True, kw_only=True):
    """One screen. `typed` are all answers so far; those of other screens stand hidden. Consent stands on the last."""

    form: OpenForm
    said: Words
    heading: str
    questions: list[Field]
    hidden: list[tuple[str, str]]
    number: int
    count: int
    consent: ConsentWords | None
    token: str
    typed: Mapping[str, Any]
    languages: list[tuple[str, str, str]]
    preview: str
    embedded: bool
    test: bool
    state: str
    locale: str


class HostedForms(Controller):
    path = "/f"
    opt = OPEN

    @get("/{slug:str}")
    async def first(self, request: HttpRequest, work: WorkDep, slug: FromPath[str]) -> Response[bytes]:
        """The first screen, or that nobody is taken now."""
        visit = await _visit(request, work, slug, dict(request.query_params))
        typed = visiting.tracked(request.query_params, _referrer(request))
        state = "open" if visit.preview or await queries.takes_leads(work, visit.form) else "shut"
        return await visit.answer(typed, 0, state=state)

    @get("/{slug:str}/thanks")
    async def thanks(self, request: HttpRequest, work: WorkDep, slug: FromPath[str]) -> Response[bytes]:
        visit = await _visit(request, work, slug, dict(request.query_params))
        return await visit.answer({}, 0, state="thanks")

    @post("/{slug:str}", status_code=200)
    async def go_on(self, request: HttpRequest, work: WorkDep, slug: FromPath[str]) -> Response[Any]:
        """The next screen, the one before, or the end."""
        raw = await pages.form(request)
        visit = await _visit(request, work, slug, raw)
        return await visit.go_on(raw)


class _Visit:
    """One request of a visitor to one form."""

    def __init__(self, request: HttpRequest, work: Work, form: OpenForm, language: str, raw: Mapping[str, Any]) -> None:
        self.request, self.work, self.form, self.language = request, work, form, language
        self.known = asked(form.known, form.content, language)
        self.preview = _preview(work, form.id, raw)
        self.embedded = str(raw.get("embed", "")) == "1"

    async def go_on(self, raw: Mapping[str, Any]) -> Response[Any]:
        number, go, typed = _place(raw, len(self.form.content.screens)), str(raw.get("go", "")), self._typed(raw)
        seen = visiting.read_token(self.work, self.form.id, str(raw.get("token", "")))
        if seen is None:  # too old, or of another page: everything typed stands in a fresh one
            return await self.answer(typed, number, [_fresh()], status=422)
        if go == "back":
            return await self.answer(typed, max(0, number - 1), seen=seen, token=str(raw["token"]))
        errors = self._errors(number, typed)
        if errors:
            return await self.answer(typed, number, errors, seen=seen, token=str(raw["token"]), status=422)
        if number + 1 < len(self.form.content.screens):
            return await self.answer(typed, number + 1, seen=seen, token=str(raw["token"]))
        return await self._send(raw, typed, seen)

    async def _send(self, raw: Mapping[str, Any], typed: dict[str, Any], seen: Shown) -> Response[Any]:
        outcome = await visiting.submit(
            self.work,
            self.form,
            {name: value for name, value in typed.items() if name in self.known},
            seen,
            track={name: str(value) for name, value in typed.items() if name in KEPT},
            trap=str(raw.get(TRAP, "")),
            address=client_address(self.request),
            preview=bool(self.preview),
        )
        if outcome.kind == "thanks":
            return pages.redirect(self.request, f"/f/{self.form.slug}/thanks?{self._query()}")
        if outcome.kind == "shut":
            return await self.answer(typed, 0, state="shut")
        errors = [self._told(error) for error in outcome.errors]
        places = [place for error in errors if (place := self.form.content.screen_of(error.field)) is not None]
        status = 429 if outcome.wait else 422
        number = min(places, default=len(self.form.content.screens) - 1)
        return await self.answer(
            typed, number, errors, seen=seen, token=str(raw["token"]), status=status, wait=outcome.wait
        )

    def _query(self) -> str:
        parts = {"lang": self.language, "embed": "1" if self.embedded else "", "preview": self.preview}
        return "&".join(f"{name}={value}" for name, value in parts.items() if value)

    def _typed(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Answers and origin, nothing else that somebody sent along."""
        return {name: raw[name] for name in (*self.known.names, *KEPT) if isinstance(raw.get(name), str | list)}

    def _errors(self, number: int, typed: Mapping[str, Any]) -> list[FieldError]:
        names = [question.name for question in self.form.content.screens[number].questions]
        zone = ZoneInfo(self.form.offer.terms.zone)
        _, faults = fields.parse(self.known.only(names), typed, zone=zone)
        return [self._told(fault) for fault in faults]

    def _told(self, error: FieldError) -> FieldError:
        """In the visitor's language and beside a field that the form has."""
        name = error.field
        if name == "state" and name not in self.known and "zip" in self.known:
            name = "zip"
        field = self.known.get(name)
        if self.language == "en" or field is None:
            return FieldError(name if field else "", error.code, error.message)
        return FieldError(name, error.code, sentence(error.code, in_language(field, self.language)))

    async def answer(
        self,
        typed: Mapping[str, Any],
        number: int,
        errors: list[FieldError] | None = None,
        *,
        seen: Shown | None = None,
        token: str = "",
        state: str = "open",
        status: int = 200,
        wait: int = 0,
    ) -> Response[bytes]:
        content, form = self.form.content, self.form
        words = shown(form.consents, seen.version) if seen else newest(form.consents, self.language)
        screen = content.screens[number] if content.screens else None
        names = [question.name for question in screen.questions] if screen else []
        known = await fields.fill_options(self.work, self.known)
        said = content.said(self.language)
        context = VisitPage(
            form=form,
            said=said,
            heading=screen.titles.get(self.language, "") if screen else "",
            questions=[in_language(known[name], self.language) for name in names if name in known],
            hidden=_hidden(typed, names),
            number=number,
            count=len(content.screens),
            consent=words,
            token=token or visiting.token_for(self.work, form.id, words.version if words else 0),
            typed=typed,
            languages=self._languages(),
            preview=self.preview,
            embedded=self.embedded,
            test=form.test or bool(self.preview),
            state=state,
            locale=f"{self.language}_US",
        )
        values = {**msgspec.structs.asdict(context), "errors": errors or []}
        title = said.title or form.name
        found = await pages.page(self.request, self.work, "publishers/visit.html", values, title=title, status=status)
        return self._framed(found, wait)

    def _languages(self) -> list[tuple[str, str, str]]:
        """(code, what it calls itself, address), where there is a choice."""
        names = {"en": "English", "es": "Español"}
        others = self.form.content.languages if len(self.form.content.languages) > 1 else ()
        rest = "".join(
            f"&{name}={value}"
            for name, value in (("embed", "1" if self.embedded else ""), ("preview", self.preview))
            if value
        )
        return [(one, names[one], f"/f/{self.form.slug}?lang={one}{rest}") for one in others]

    def _framed(self, response: Response[bytes], wait: int) -> Response[bytes]:
        """Which sites may show the form inside their pages: the form's own list, and nobody else."""
        origins = " ".join(["'self'", *self.form.frames])
        policy = shield.POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {origins}")
        response.headers["Content-Security-Policy"] = policy
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        if wait:
            response.headers["Retry-After"] = str(wait)
        return response


async def _visit(request: HttpRequest, work: Work, slug: str, raw: Mapping[str, Any]) -> _Visit:
    form = await queries.open_form(work, slug)
    if form is None or not form.content.languages or not form.content.screens:
        raise NotFound
    if form.state != "live" and not _preview(work, form.id, raw):
        raise NotFound
    language = _language(request, form, str(raw.get("lang", "")))
    speak(f"{language}_US")
    return _Visit(request, work, form, language, raw)


def _language(request: HttpRequest, form: OpenForm, wanted: str) -> str:
    """The one that was chosen, else the browser's where the form has it, else the form's first."""
    asked_for = [wanted, *request.headers.get("Accept-Language", "").split(",")]
    spoken = [code for part in asked_for if (code := part.strip()[:2].lower()) in form.content.languages]
    return spoken[0] if spoken else form.content.languages[0]


def _preview(work: Work, form_id: UUID, raw: Mapping[str, Any]) -> str:
    """The signature that lets staff look at a form which is not live; "" without one."""
    given = str(raw.get("preview", ""))
    secret = runtime().settings.secret_key
    fine = given and signed(secret, "hosted_form.preview", given, work.tenant.id, form_id)
    return given if fine else ""


def preview_url(work: Work, form_id: UUID, slug: str) -> str:
    return f"/f/{slug}?preview={visiting.preview_signature(work, form_id)}"


def _referrer(request: HttpRequest) -> str:
    """The page that the visitor came from, if it is not ours."""
    given = request.headers.get("Referer", "")
    return "" if given.startswith(str(request.base_url)) else given


def _place(raw: Mapping[str, Any], count: int) -> int:
    typed = str(raw.get("number", "0"))
    return min(int(typed), count - 1) if typed.isascii() and typed.isdigit() and len(typed) < 3 else 0


def _hidden(typed: Mapping[str, Any], names: list[str]) -> list[tuple[str, str]]:
    """Everything so far that this screen does not ask."""
    return [
        (name, str(item))
        for name, value in typed.items()
        if name not in names
        for item in (value if isinstance(value, list) else [value])
    ]


def _fresh() -> FieldError:
    return FieldError("", "expired", say("This page was open for long. What you typed is still here: press again."))
