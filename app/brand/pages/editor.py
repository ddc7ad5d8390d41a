"""/admin/brand: the controls, what they make of the pages, publishing, and the way back."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter

from app.brand import forms, models, queries, service
from app.brand.models import BrandPicture, BrandVersion
from app.core import pages
from app.core.errors import Invalid, NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from themes import images
from themes.catalogue import say
from themes.fonts import Font, fonts
from themes.packs import PACKS, Pack
from themes.tokens import Brand, Theme, brand_of, compute_theme
from themes.tokens.brand import asset_path

HOME = "/admin/brand"
MANAGE: dict[str, Any] = {"permission": "brand.manage"}
Scene = Literal["sign-in", "lead", "phone", "mail", "invoice"]
SceneParameter = Annotated[Scene, QueryParameter(name="show")]
Ground = Literal["both", "light", "dark"]
GroundParameter = Annotated[Ground, QueryParameter(name="ground")]


class EditorPage(msgspec.Struct, frozen=True, kw_only=True):
    """`brand` and `theme` are the draft's; `typed` what stands in the inputs; `told` sentences on what was
    mended or can't be seen; `changes` counts the fields that publishing would change.
    """

    typed: dict[str, Any]
    brand: Brand
    name: str
    theme: Theme
    told: list[str]
    pictures: dict[str, str]
    changes: int
    history: Sequence[BrandVersion]
    scene: Scene
    ground: Ground
    fonts: dict[str, Font]
    packs: Sequence[tuple[Pack, Theme]]


async def _context(
    work: Work, scene: Scene = "sign-in", typed: Mapping[str, Any] | None = None, ground: Ground = "both"
) -> EditorPage:
    draft = await queries.draft(work)
    _, worn = await queries.latest(work)
    values = draft.brand if draft else worn
    brand = brand_of(values)
    theme = compute_theme(brand)
    kept = {place: key for place in models.PLACES if (key := getattr(brand, place))}
    drawn = {one.key: one for one in await queries.pictures(work, list(kept.values()))}
    return EditorPage(
        typed=forms.as_typed(msgspec.to_builtins(brand)) if typed is None else dict(typed),
        brand=brand,
        name=brand.product_name or work.tenant.name,
        theme=theme,
        told=[*theme.mended, *_unseen(brand, drawn)],
        pictures={place: f"{HOME}/pictures/{key}" if key in drawn else asset_path(key) for place, key in kept.items()},
        changes=len(models.changes(worn, values)),
        history=await queries.history(work),
        scene=scene,
        ground=ground,
        fonts=fonts(),
        packs=[(pack, compute_theme(brand_of(pack.look))) for pack in PACKS],
    )


def _unseen(brand: Brand, drawn: Mapping[str, BrandPicture]) -> list[str]:
    """On which ground the logo that is shown there would vanish."""
    shown = {"light": drawn.get(brand.logo or ""), "dark": drawn.get(brand.logo_dark or brand.logo or "")}
    found = []
    for ground, picture in shown.items():
        if picture is not None:
            stored = images.Picture(picture.key, picture.content_type, picture.body, 0, 0)
            found += [told for name, told in images.vanishes(stored, brand).items() if name == ground]
    return found


@get(HOME, opt=MANAGE)
async def show(
    request: HttpRequest, work: WorkDep, scene: SceneParameter = "sign-in", ground: GroundParameter = "both"
) -> Response[bytes]:
    request.scope["state"]["framed"] = True
    context = await _context(work, scene, ground=ground)
    return await pages.page(
        request, work, "brand/editor.html", context, title=say("Brand"), fragment="brand/_preview.html"
    )


@post(HOME, opt=MANAGE)
async def save(request: HttpRequest, work: WorkDep, scene: SceneParameter = "sign-in") -> Response[Any]:
    """Keep the draft; with `then=publish` put it on. A script saves each change and gets what was mended."""
    given = await pages.form(request)
    try:
        await service.save_draft(work, forms.read_brand(given))
        sent = await service.publish(work) if given.get("then") == "publish" else None
    except Invalid as problem:
        context = await _context(work, scene, given)
        return await pages.refused(
            request,
            work,
            "brand/editor.html",
            context,
            problem,
            title=say("Brand"),
            fragment="brand/_told.html",
        )
    if request.headers.get("HX-Request") == "true":
        context = await _context(work, scene)
        return await pages.page(
            request, work, "brand/editor.html", context, title=say("Brand"), fragment="brand/_told.html"
        )
    if given.get("then") == "publish":
        return pages.redirect(request, HOME, Toast(_told(sent)))
    return pages.redirect(request, HOME, Toast(say("Draft saved. Nobody else sees it yet.")))


def _told(sent: BrandVersion | None) -> str:
    if sent is None:
        return say("Nothing was changed.")
    return say("Version %(version)s is published. Pages wear it in a moment.", version=sent.version)


@post(f"{HOME}/theme", opt=MANAGE)
async def take_theme(request: HttpRequest, work: WorkDep) -> Response[Any]:
    given = await pages.form(request)
    await service.take_theme(work, str(given.get("theme", "")))
    return pages.redirect(request, HOME)


@post(f"{HOME}/places/{{place:str}}", opt=MANAGE)
async def set_picture(request: HttpRequest, work: WorkDep, place: FromPath[str]) -> Response[Any]:
    """An upload, or `remove=1`."""
    given = await pages.form(request)
    file = given.get("file")
    try:
        data = await file.read() if hasattr(file, "read") else b""
        await service.set_picture(work, place, None if given.get("remove") else data)
    except Invalid as problem:
        context = await _context(work)
        return await pages.refused(request, work, "brand/editor.html", context, problem, title=say("Brand"))
    return pages.redirect(request, HOME)


@get(f"{HOME}/pictures/{{key:str}}", opt=MANAGE)
async def show_picture(work: WorkDep, key: FromPath[str]) -> Response[bytes]:
    """A picture that is not published yet."""
    found = await queries.picture(work, key)
    if found is None:
        raise NotFound
    return Response(found.body, media_type=found.content_type, headers={"Cache-Control": "private, max-age=3600"})


@post(f"{HOME}/discard", opt=MANAGE)
async def discard(request: HttpRequest, work: WorkDep) -> Response[Any]:
    await service.discard(work)
    return pages.redirect(request, HOME, Toast(say("The draft is as what is worn.")))


@post(f"{HOME}/versions/{{number:int}}/back", opt=MANAGE)
async def go_back(request: HttpRequest, work: WorkDep, number: FromPath[int]) -> Response[Any]:
    return pages.redirect(request, HOME, Toast(_told(await service.go_back(work, number))))


HANDLERS = [show, save, take_theme, set_picture, show_picture, discard, go_back]
