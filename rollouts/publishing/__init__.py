"""Versions of Lambda functions: told apart, published, pointed at, warmed, pruned."""
