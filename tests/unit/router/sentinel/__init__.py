"""Tests of the sentinel, over a simulated table."""
