"""The command line `canary`: reads, changes and explains what the table holds."""

# As in pyproject.toml; a test compares the two.
VERSION = "0.1.0"
