"""Leads: pipelines and stages, scores with their reasons, the list, the lead page and its timeline."""
