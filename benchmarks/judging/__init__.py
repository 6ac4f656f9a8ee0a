"""Rollouts to judge, and judges as most would write them."""
