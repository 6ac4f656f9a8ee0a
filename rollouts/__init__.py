"""Rollouts: how a release moves. Pure; the caller loads, saves, and keeps the time."""
