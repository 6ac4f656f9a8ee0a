"""The engine: from a flag and a context to a decision. Pure, and quick.

| module | what |
|---|---|
| `plans` | a flag as a function; the walk through it, and its explanation |
| `branches` | a flag as a list of tests with what is served if they hold |
| `conditions` | conditions as functions |
| `ternary` | what can't be decided, and joins that keep it so |
| `items` | conditions on the items of an array |
| `identity` | who is meant by a value |
| `operators`, `arrays` | how values are compared |
| `json_value` | what a value of another type stands for |
| `regex`, `semver`, `version_ranges`, `times`, `networks` | what costly ones need |
| `serving`, `ramping` | variants, splits and ramps as functions |
| `wording` | explanations in words |
"""

from flags.engine.plans import Plan, Plans, Step, evaluate

__all__ = ["Plan", "Plans", "Step", "evaluate"]
