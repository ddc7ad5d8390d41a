"""/admin/brand/preview: the tenant's real pages with invented people in them, in the draft's own clothes."""

import base64
import hashlib
import re
from typing import Annotated, Any, Literal

import msgspec
import structlog
from jinja2 import TemplateError
from litestar import Response, get
from litestar.params import FromPath, QueryParameter

from app.brand import forms, models, queries
from app.core import blueprints, clock, config, pages
from app.core.errors import NotFound
from app.core.permissions import Person
from app.core.ports.pdf import print_assets
from app.core.slice import nav
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from themes import scenes
from themes.catalogue import say
from themes.loader import forgiving
from themes.looks import look_of
from themes.mjml import Look, mail_model, render_email
from themes.paragraphs import Button, ours
from themes.tokens import Brand, brand_css, brand_of
from themes.tokens.brand import asset_path

HOME = "/admin/brand/preview"
MANAGE: dict[str, Any] = {"permission": "brand.manage"}
Mode = Literal["light", "dark"]
ModeParameter = Annotated[Mode, QueryParameter(name="mode")]
# Mail and prints carry their styles with them; nothing in them may run or call out.
PAPER = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; font-src 'self'; frame-ancestors 'self';"
    " form-action 'none'; base-uri 'none'"
)
SHEET = (
    "body{position:relative;box-sizing:border-box;min-height:279mm;padding:18mm 16mm;background:white}"
    ".foot-left,.foot-right{position:absolute;bottom:10mm}.foot-left{left:16mm}.foot-right{right:16mm}"
    ".page::after,.pages::after{content:'1'}"
)
# Frames run no scripts and take no focus; asking for either only fills the console.
_STARTS = re.compile(r'<script type="module"[^>]*></script>| autofocus(="[^"]*")?')
log = structlog.get_logger()


async def drafted(work: Work) -> Brand:
    """The brand as somebody is changing it; the worn one when nobody is."""
    draft = await queries.draft(work)
    return brand_of(draft.brand if draft else (await queries.latest(work))[1])


@get("/admin/brand/draft.css", opt=MANAGE)
async def sheet(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    """The draft's style sheet with what is being chosen just now on top: no page has to be made anew for a colour."""
    stored = msgspec.to_builtins(await drafted(work))
    chosen = forms.read_brand(dict(request.query_params))
    brand = brand_of({**stored, **{name: chosen[name] for name in forms.LOOK if name in chosen}})
    return Response(brand_css(brand).encode(), media_type="text/css; charset=utf-8", headers=dict(pages.NO_STORE))


@get(f"{HOME}/{{scene:str}}", opt=MANAGE)
async def show(
    request: HttpRequest, work: WorkDep, scene: FromPath[str], mode: ModeParameter = "light"
) -> Response[bytes]:
    """One scene, to stand in a frame of the editor."""
    brand = await drafted(work)
    name = brand.product_name or work.tenant.name
    request.scope["state"]["framed"] = True
    if scene in ("mail", "invoice"):
        html = await (_mail if scene == "mail" else _invoice)(work, brand, name)
        headers = {**pages.NO_STORE, "Content-Security-Policy": PAPER}
        return Response(html.encode(), media_type="text/html; charset=utf-8", headers=headers)
    makers = {"sign-in": _sign_in, "lead": _lead, "phone": _phone}
    if scene not in makers:
        raise NotFound
    template, title, context = await makers[scene](request, work)
    html = await _rendered(request, work, template, title, {"brand": brand, "mode": mode, "name": name}, context)
    html = await _with_drafted_pictures(work, brand, html)
    return Response(html.encode(), media_type="text/html; charset=utf-8", headers=dict(pages.NO_STORE))


async def _rendered(
    request: HttpRequest, work: Work, template: str, title: str, look: dict[str, Any], context: dict[str, Any]
) -> str:
    shell = await pages.shell(request, work, title)
    brand: Brand = look["brand"]
    stamp = hashlib.sha256(brand_css(brand).encode()).hexdigest()[:12]
    page = {
        **shell["page"], "brand": msgspec.to_builtins(brand), "tenant_name": look["name"], "mode": look["mode"],
        "brand_css": f"/admin/brand/draft.css?v={stamp}", "toast": None, "clock_note": "", "rail": "",
        **context.pop("page", {}),
    }  # fmt: skip
    values = {**shell, "page": page, "panels": lambda _slot: [], **context}
    try:
        return _STARTS.sub("", forgiving(clock.now).get_template(template).render(values))
    except (TemplateError, TypeError, ValueError, AttributeError, LookupError) as error:
        log.warning("preview failed", template=template, error=repr(error))
        return forgiving(clock.now).get_template("brand/unshown.html").render(values)


async def _with_drafted_pictures(work: Work, brand: Brand, html: str) -> str:
    """Pictures that are not published yet come from where they were uploaded."""
    keys = [key for place in models.PLACES if (key := getattr(brand, place))]
    for picture in await queries.pictures(work, keys):
        html = html.replace(asset_path(picture.key), f"/admin/brand/pictures/{picture.key}")
    return html


async def _sign_in(_request: HttpRequest, _work: Work) -> tuple[str, str, dict[str, Any]]:
    nobody = {"person": None, "nav": [], "settings_nav": []}
    return "access/login.html", say("Sign in"), {"page": nobody, "next": "", "email": scenes.MAIL}


async def _lead(_request: HttpRequest, work: Work) -> tuple[str, str, dict[str, Any]]:
    zone = await config.get(work, "zone")
    context = scenes.lead_page(clock.now(), [stage["label"] for stage in stages_of(work)][:5], zone)
    return "leads/lead.html", scenes.NAME, context


async def _phone(_request: HttpRequest, work: Work) -> tuple[str, str, dict[str, Any]]:
    settings = await config.everything(work)
    return client_scene(work, settings, settings.get("portal") or {})


async def client_page(
    request: HttpRequest, work: Work, settings: dict[str, Any], portal: dict[str, Any], mode: Mode
) -> Response[bytes]:
    """The client's first page in the worn brand, under these words and sections."""
    request.scope["state"]["framed"] = True
    template, title, context = client_scene(work, settings, portal)
    brand = brand_of(work.tenant.brand)
    look = {"brand": brand, "mode": mode, "name": brand.product_name or work.tenant.name}
    html = await _rendered(request, work, template, title, look, context)
    return Response(html.encode(), media_type="text/html; charset=utf-8", headers=dict(pages.NO_STORE))


def client_scene(work: Work, settings: dict[str, Any], portal: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """The client's first page under these words and sections of the portal."""
    person = _client(work, settings)
    items = nav("client", lambda _right: True)
    fitted = [item.fit(item, {**settings, "portal": portal}) if item.fit else item for item in items]
    shown = sorted((item for item in fitted if item is not None), key=lambda item: item.order)
    stages = [(stage["name"], stage["label"]) for stage in stages_of(work)]
    program = work.tenant.blueprint == "debt-resolution"
    context = scenes.client_home(clock.now(), portal, stages, program=program)
    context["page"] = {"person": person, "nav": shown, "settings_nav": [], "density": "roomy", "path": "/portal"}
    return "portal/home.html", say("Home"), context


def _client(work: Work, settings: dict[str, Any]) -> Person:
    return Person(
        id=work.tenant.id, email=scenes.MAIL, name=scenes.NAME, role="client", role_label="", audience="client",
        home="/portal", permissions=frozenset({"portal.use"}), zone=settings["zone"], locale=settings["locale"],
    )  # fmt: skip


def stages_of(work: Work) -> list[dict[str, Any]]:
    """Of the blueprint's first pipeline, without where leads are lost."""
    pipelines = blueprints.load(work.tenant.blueprint).get("pipelines") or []
    found = pipelines[0]["stages"] if pipelines else []
    return [stage for stage in found if stage.get("kind") != "lost"]


async def _look(work: Work, brand: Brand, name: str) -> tuple[Look, str]:
    """And the logo as an address that carries the picture with it."""
    picture = await queries.picture(work, brand.logo)
    carried = f"data:{picture.content_type};base64,{base64.b64encode(picture.body).decode()}" if picture else ""
    stored = carried or (asset_path(brand.logo) if brand.logo else "")
    return look_of(brand, name), stored


async def _mail(work: Work, brand: Brand, name: str) -> str:
    look, logo = await _look(work, brand, name)
    subject, words, (label, link) = scenes.letter(name)
    model = mail_model(msgspec.structs.replace(look, logo_url="https://logo.example" if logo else ""), {})
    made = await render_email(ours(subject, words, Button(label, link)), model)
    return made.html.replace("https://logo.example", logo)


async def _invoice(work: Work, brand: Brand, name: str) -> str:
    look, logo = await _look(work, brand, name)
    settings = await config.everything(work)
    html = forgiving(clock.now).get_template("pdf/invoice.html").render(
        **scenes.invoice(clock.now()), look=look, logo="logo" if logo else "", lang=settings["locale"][:2], paper="Letter",
        locale=settings["locale"], zone=settings["zone"], currency="USD",
    )  # fmt: skip
    for asset, body in print_assets(look).items():
        html = html.replace(f'<link rel="stylesheet" href="asset:{asset}">', f"<style>{body.decode()}</style>")
    return html.replace("asset:logo", logo).replace("</head>", f"<style>{SHEET}</style></head>")


HANDLERS = [sheet, show]
