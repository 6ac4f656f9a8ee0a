"""The commands. Each parses, calls one function that works, and shows the result.

They import what they need when they run, so that `canary --help` is quick.
"""
