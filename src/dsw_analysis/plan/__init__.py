"""The plan: projects, steps over the fiscal months, indicators and how far they have come."""
