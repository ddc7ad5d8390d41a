"""The handbook: a short page about each surface, in the tenant's words, for whoever may use that surface; and what is new.

The texts are `data/*.md`: Markdown under a head that says which addresses a page explains and which right it goes with.
`{lead}`, `{Leads}`, `{publishers}`… are the tenant's words. They speak English; people find them from the `?` of a page.
"""

from app.core.slice import Slice, declare

declare(Slice(name="handbook"))
