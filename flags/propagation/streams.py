"""Kinesis: a key of the record's data, if that is a JSON object.

Streams that CANARY_JSON_KEY names go without. Data of any other kind (binary,
aggregated, lines of JSON) stays as it is, is counted, and is decided about anew by
whoever reads it.
"""

from __future__ import annotations

from collections.abc import Mapping

from flags.propagation import weights
from flags.propagation.batches import Change, Load, each, one
from flags.propagation.boto import Params, Writer
from flags.propagation.documents import COST, spliced_data
from flags.propagation.places import KEY, place_in
from flags.token import Token


def _with_key(token: str) -> Change:
    cost = COST + len(token)

    def change(record: Params) -> Params | None:
        data = record.get("Data")
        carried = spliced_data(data, token)
        if carried is not None and carried is data:
            return record
        used = weights.weight(data) + weights.weight(record.get("PartitionKey"))
        if carried is None or weights.room(used, weights.KINESIS_RECORD) < cost:
            return None
        return {**record, "Data": carried}

    return change


def _load(used: object, token: Token) -> Load:
    text = str(token)
    return Load(
        service="kinesis",
        change=_with_key(text),
        cost=COST + len(text),
        left=weights.room(weights.weight(used), weights.KINESIS_REQUEST),
    )


def _put_record(params: Params, token: Token) -> Params:
    return one(params, _load(None, token)) if _may_have_key(params) else params


def _put_records(params: Params, token: Token) -> Params:
    if not _may_have_key(params):
        return params
    return each(params, "Records", _load(params.get("Records"), token))


def _may_have_key(params: Params) -> bool:
    name = params.get("StreamName") or params.get("StreamARN")
    return place_in("kinesis", name) == KEY


WRITERS: Mapping[tuple[str, str], Writer] = {
    ("kinesis", "PutRecord"): _put_record,
    ("kinesis", "PutRecords"): _put_records,
}
