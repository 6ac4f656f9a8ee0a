"""Parcels on their way by every carrier, and whether each hop honours the decision."""
