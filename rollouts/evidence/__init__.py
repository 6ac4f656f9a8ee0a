"""What routers saw of a rollout, as items in the table: written by sentinels.

| module | what |
|---|---|
| `layout` | keys, and changes as DynamoDB takes them |
| `counting` | counts as attributes of items, and back |
| `judging` | the judge's state as an item, from one look to the next |
| `look` | all that is known at a look |
| `table` | the same over boto3, for the controller and the command line |

`docs/evidence.md` says when what is written, and what it costs. This file imports
nothing, so that a caller pays only for what it uses.
"""
