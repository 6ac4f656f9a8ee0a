"""Rollouts that are played before they are started: asked for, and told."""
