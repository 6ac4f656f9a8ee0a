"""What people see of a rollout: its steps, its evidence, its past, and what is next."""
