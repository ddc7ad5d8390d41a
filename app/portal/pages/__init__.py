"""The client's pages."""

from app.portal.pages import files, home, offers

HANDLERS = [*home.HANDLERS, *offers.HANDLERS, *files.HANDLERS]
