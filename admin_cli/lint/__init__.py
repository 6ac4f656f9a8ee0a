"""What `canary lint` finds: problems, and what looks like a mistake."""
