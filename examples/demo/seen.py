"""What was seen in one step of the demo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from examples.demo.laws import Hop
from examples.demo.receipts import Key, Receipt
from examples.demo.traffic import Answer

CARRIERS = {
    "shop-checkout": "http",
    "shop-email": "sns",
    "shop-ledger": "sqs",
    "shop-analytics": "eventbridge",
}
OK = 200


@dataclass(slots=True, kw_only=True)
class Seen:
    """Who got which colour, and what became of each hop."""

    sightings: list[tuple[str, str]] = field(default_factory=list)
    hops: list[Hop] = field(default_factory=list)
    requests: int = 0
    refused: int = 0

    def answer(self, user: str | None, answer: Answer) -> None:
        """Note an HTTP door's answer; without a user, the receipts say the rest."""
        if answer.status != OK or "colour" not in answer.body:
            self.refused += 1
        elif user is not None:
            carried, ran = answer.body["variant"], answer.body["colour"]
            hop = Hop(carrier="http", decided=carried, carried=carried, ran=ran)
            self.sightings.append((user, ran))
            self.hops.append(hop)

    def receipts(
        self, expected: Mapping[Key, str], found: Mapping[Key, Receipt]
    ) -> None:
        """Note the receipts that were expected of each user, the lost ones too."""
        for key, user in expected.items():
            carrier, receipt = CARRIERS[key[1]], found.get(key)
            if receipt is None:
                lost = Hop(carrier=carrier, decided=None, carried=None, ran=None)
                self.hops.append(lost)
                continue
            self.sightings.append((user, receipt.colour))
            hop = Hop(
                carrier=carrier,
                decided=receipt.edge or receipt.variant,
                carried=receipt.variant,
                ran=receipt.colour,
            )
            self.hops.append(hop)
