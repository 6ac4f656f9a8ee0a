"""`--up` and `--down`: a system to try things on, and what to try."""

from __future__ import annotations

import json
from collections.abc import Mapping

from rich.console import Console

from examples.demo import emulator
from examples.demo.canary import canary
from examples.demo.emulator import BUILD, ROOT
from examples.demo.up import SHOP, bring_up

OUTPUTS = BUILD / "system.json"
SETTINGS = (
    "AWS_ENDPOINT_URL",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_REGION",
)


def up(console: Console) -> int:
    """Deploy and leave it running, or find that it runs; print what to try."""
    running = emulator.saved()
    if running is None:
        with console.status("") as status:
            system = bring_up(status.update, keep=True)
            running = system.emulator
            # From here on `make down` finds it, whatever comes.
            emulator.save(running)
            OUTPUTS.write_text(json.dumps(dict(system.outputs), indent=2))
            status.update("canary apply")
            rules = str(SHOP / "canary.yaml")
            canary(system, "apply", "-f", rules, "--reason", "open the shop")
    else:
        console.print("it is up already")
    outputs = json.loads(OUTPUTS.read_text())
    # Not by rich: lines to be copied must not be wrapped.
    print(guide(running.env(), outputs))
    return 0


def down(console: Console) -> int:
    """End what `up` left running."""
    console.print("stopped" if emulator.saved() else "nothing was running")
    emulator.forget()
    OUTPUTS.unlink(missing_ok=True)
    return 0


def guide(env: Mapping[str, str], outputs: Mapping[str, str]) -> str:
    """Lines that work as they stand, pasted into a shell."""
    exports = " ".join(f"{name}={env[name]}" for name in SETTINGS)
    checkout = f"{outputs['HttpApiUrl']}/checkout"
    order = """-d '{"user": "ann", "order": "o-1"}'"""
    return f"""
The shop is open. In a shell:

  cd {ROOT} && export {exports} PATH="$PWD/.venv/bin:$PATH"

A quote, the same for everyone:

  curl -H 'x-user-id: ann' {checkout}

Half of the users to the new version. Within 5 seconds it has arrived, and a stranger
gets a cookie, to stay where he is:

  canary set-weight shop 50 --reason "looks good"
  canary explain shop --id ann
  curl -H 'x-user-id: ann' {checkout}
  curl -i {outputs["FunctionUrl"]}/checkout

An order, which goes on by SNS, SQS and EventBridge with its decision:

  curl -H 'x-user-id: ann' {order} {checkout}

Everyone back to where they were, and who did all this:

  canary abort shop --reason "enough"
  canary history shop

The end:  make down
"""
