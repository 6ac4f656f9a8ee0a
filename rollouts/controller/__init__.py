"""The controller of rollouts: a Lambda function that looks once a minute.

| module | what |
|---|---|
| `ticking` | one tick: which releases, one after the other's failure or not |
| `attending` | one release: look, decide, write, until nothing is left to do |
| `seeing` | one look, out of `alarms`, `aliases`, `checks` and the evidence |
| `announcing` | transitions that nobody was told of yet, and `telling` them |
| `inforce` | what routers read, after a rollback |
| `measuring` | metrics |

`rollouts.machine` decides; nothing here does. `rollouts.handler` puts it together.

Laws
1. One release's failure never stops another's.
2. Every change is one transaction on the version that was looked at. Who comes second
   leaves it: so two ticks at once change nothing twice.
3. Killed anywhere and run again, it comes to what it would have come to: what is to be
   done follows from the table alone, and done twice it is the same. Only those who are
   told of a transition, and checks, may be asked twice.
"""
