"""A whole deployment on this machine: emulator, stacks, traffic, rollout."""
