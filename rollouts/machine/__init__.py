"""The state machine of rollouts: pure, one table, no clock and no network of its own.

    body = moves.start("checkout", body, plan, id="k3x9a0qz", now=now, by="ana")
    while change := tick(body, Seen(now=now, verdict="PROVEN")):
        body = change.body            # one transaction each: state, weight and history

`phases` is the table, `rollout` what is kept, `moves` what people do and `tick` what
automation does. `docs/rollouts.md` says it in words.
"""
