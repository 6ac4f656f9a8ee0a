"""Flags that can go: what `canary stale` and `canary refs` find."""
