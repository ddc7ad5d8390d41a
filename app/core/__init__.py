"""Plumbing without CRM nouns: settings, unit of work, events, agenda, fields, conditions, permissions, pages, ports."""
