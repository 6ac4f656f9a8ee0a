"""The same router written plainly: boto3, Powertools and pydantic.

A fair peer: as people who know Lambda would write it. Clients are made at import and
never retry, rules are kept for as long as ours, nothing else is imported, and what our
router does and most would not need (batches, other sources, stale rules, overrides) is
left out.
"""
