"""Step Functions: a key of the execution's input.

No input is an empty object. A second start under the same name counts as the same one
only with the same input, and so with the same decision: CANARY_JSON_KEY tells machines
that want none.
"""

from __future__ import annotations

from collections.abc import Mapping

from flags.propagation import weights
from flags.propagation.batches import Load, one
from flags.propagation.boto import Params, Writer
from flags.propagation.documents import COST, spliced
from flags.propagation.places import KEY, place_in
from flags.token import Token


def _start(params: Params, token: Token) -> Params:
    if place_in("stepfunctions", params.get("stateMachineArn")) != KEY:
        return params
    text = str(token)
    given = params.get("input", "{}")

    def change(params: Params) -> Params | None:
        carried = spliced(given, text) if isinstance(given, str) else None
        if carried is None:
            return None
        return params if carried is given else {**params, "input": carried}

    left = weights.room(weights.weight(given), weights.EXECUTION_INPUT)
    load = Load(
        service="stepfunctions", change=change, cost=COST + len(text), left=left
    )
    return one(params, load)


WRITERS: Mapping[tuple[str, str], Writer] = {
    ("stepfunctions", "StartExecution"): _start,
    ("stepfunctions", "StartSyncExecution"): _start,
}
