"""Where evidence stands in the table, and changes as DynamoDB takes them.

| pk | sk | what |
|---|---|---|
| `evidence#RELEASE#SINCE#SHARD` | `totals` | counts of a sixteenth of the containers |
| `evidence#RELEASE#SINCE` | `judge` | the judge's state |
| `evidence#RELEASE#SINCE#claim#KIND#USER` | `claim` | whose user this is |

SINCE is the generation at which the rollout began, so no two rollouts share an item.

Laws
1. A flush is added once: a container's stamps only grow, its latest stands beside the
   counts, and a flush that is not newer is refused.
2. A claim is the first one's. Whoever asks again with the same owner has it too.
3. A stamp goes when it is half an hour old, and no flush is sent again when it is ten
   minutes old: twenty minutes are left for clocks that disagree.
4. Users are numbers of 64 bits, salted for one rollout; nothing else of them is kept.
5. All of it may go when it is thirty days old.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from flags.hints import Any
from flags.record import Record
from rollouts.judge.errors import InvalidEvidence

Key = Mapping[str, str]
# As DynamoDB's JSON has it: `{"revision": {"N": "7"}}`.
Item = Mapping[str, Mapping[str, Any]]

SHARDS = 16
KEPT_SECONDS = 30 * 86_400
# Seconds: law 3.
STAMP_KEPT = 1_800
RETRIED_FOR = 600
# Stamps that one change removes; with those of the counts well below the 300 parts
# that an expression may have.
MOST_REMOVED = 50

STAMP = "f#"
EXPIRES = "expires_at"


class Change(Record):
    """An UpdateItem: `condition` may be empty; `names` and `values` are its aliases."""

    key: Key
    expression: str
    condition: str
    names: Mapping[str, str]
    values: Mapping[str, Mapping[str, Any]]


def shard(container: str) -> int:
    """The shard of a container; its name must be random."""
    return sum(container.encode()) % SHARDS


def totals_key(release: str, since: int, number: int) -> Key:
    """One shard of the counts."""
    return {"pk": f"evidence#{release}#{since}#{number:x}", "sk": "totals"}


def all_totals(release: str, since: int) -> list[Key]:
    """All shards."""
    return [totals_key(release, since, number) for number in range(SHARDS)]


def judge_key(release: str, since: int) -> Key:
    """The judge's state."""
    return {"pk": f"evidence#{release}#{since}", "sk": "judge"}


def claim_key(release: str, since: int, kind: str, user: int) -> Key:
    """A user's first time of one kind: a measure that failed, or `user` at all."""
    name = f"evidence#{release}#{since}#claim#{kind}#{user:016x}"
    return {"pk": name, "sk": "claim"}


def claim(key: Key, owner: str, expires_at: int) -> Change:
    """What takes a claim if nobody has it, or if the owner has it already."""
    return Change(
        key=key,
        expression="SET #owner = :owner, #expires = :expires",
        condition="attribute_not_exists(#owner) OR #owner = :owner",
        names={"#owner": "owner", "#expires": EXPIRES},
        values={":owner": {"S": owner}, ":expires": number(expires_at)},
    )


def adding(  # noqa: PLR0913 - a flush has these parts
    key: Key,
    container: str,
    stamp: int,
    counts: Mapping[str, int],
    *,
    expires_at: int,
    removed: Collection[str] = (),
) -> Change:
    """What adds counts to a shard, once, and removes the stamps of who has gone."""
    gone = [name for name in removed if name != container][:MOST_REMOVED]
    sums = {f"#c{i}": name for i, name in enumerate(counts)}
    stale = {f"#g{i}": f"{STAMP}{name}" for i, name in enumerate(gone)}
    expression = "SET #stamp = :stamp, #expires = :expires"
    if counts:
        added = ", ".join(f"{alias} :c{i}" for i, alias in enumerate(sums))
        expression += f" ADD {added}"
    if stale:
        expression += f" REMOVE {', '.join(stale)}"
    return Change(
        key=key,
        expression=expression,
        condition="attribute_not_exists(#stamp) OR #stamp < :stamp",
        names={"#stamp": f"{STAMP}{container}", "#expires": EXPIRES} | sums | stale,
        values={":stamp": number(stamp), ":expires": number(expires_at)}
        | {f":c{i}": number(count) for i, count in enumerate(counts.values())},
    )


def stamps(item: Item) -> dict[str, int]:
    """The containers that a shard knows, with their latest stamps in milliseconds.

    Raises `InvalidEvidence` for a stamp that is none.
    """
    return {
        name.removeprefix(STAMP): _stamp(value)
        for name, value in item.items()
        if name.startswith(STAMP)
    }


def outdated(item: Item, now: float) -> list[str]:
    """Containers whose stamps may go (law 3)."""
    before = (now - STAMP_KEPT) * 1_000
    return [name for name, stamp in stamps(item).items() if stamp < before]


def active(items: Iterable[Item], now: float, seconds: float = STAMP_KEPT) -> int:
    """How many containers reported within the last seconds."""
    after = (now - seconds) * 1_000
    return sum(1 for item in items for stamp in stamps(item).values() if stamp >= after)


def _stamp(value: Mapping[str, Any]) -> int:
    text = str(value.get("N", ""))
    if not text.isdecimal():
        raise InvalidEvidence(f"{text!r} is no container's stamp")
    return int(text)


def number(value: float) -> Mapping[str, str]:
    """A number in DynamoDB's JSON."""
    return {"N": repr(value)}
