"""Tickets for agents, for whoever sets the targets, for the customer, and the page behind the mailed question."""

from app.support.pages import client, listing, one, rating, settings

HANDLERS = [*listing.HANDLERS, *one.HANDLERS, *settings.HANDLERS, *client.HANDLERS, *rating.HANDLERS]
