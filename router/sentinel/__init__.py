"""What a container does while it watches a rollout; imported only then.

| module | what |
|---|---|
| `subjects` | whom a choice counts for, as a number |
| `coldness` | whether a target had a cold start |
| `witness` | from an event's passage to what was seen of whom |
| `ledger` | what is to be told, each user once |
| `evidence` | claims, counts and looks in the table |
| `sentinel` | when which of it is done, and the end of a rollout |
| `composition` | all of it put together |
"""
