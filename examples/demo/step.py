"""One step of the demo: a whole crowd comes once, by every door.

Everyone sends an order straight to the queue. Some place one at the checkout, whose
messages make three more hops; some publish to the topic or the bus. Anonymous
visitors come back with their cookie, and forgers bring a decision of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from examples.demo.receipts import Key, Receipt, collect
from examples.demo.seen import CARRIERS, Seen
from examples.demo.traffic import Answer, Doors, Order
from flags.token import NAME, Carried, Token

# How many come by the dearer doors in one step; the queue is cheap.
POSTS, LINKS, VISITORS, QUOTES, FORGERS, TOPIC, BUS = 24, 4, 6, 4, 3, 12, 12
# Every message to the topic or the bus is an invocation at once, and the emulator
# starts a process for each that finds no idle one. So they come in waves, each when
# the one before has settled. The queue is drained five batches at a time.
WAVES = 6
# Messages with an old decision, and how many of them by the topic and the bus.
LATE, LATE_EACH = 28, 4
CLIENTS = 2
SECONDS = 30.0

# The services behind each door; behind the HTTP ones, all.
BEHIND = {
    "queue": ("shop-ledger",),
    "again": ("shop-ledger",),
    "topic": ("shop-email",),
    "bus": ("shop-analytics",),
}
Progress = Callable[[int], None]


@dataclass(slots=True, kw_only=True)
class Crowd:
    """Who comes: known users, and visitors of whom we know but a cookie."""

    users: Sequence[str]
    cookies: dict[str, str | None]

    @classmethod
    def of(cls, users: int) -> Crowd:
        """A crowd of a certain size."""
        return cls(
            users=[f"user-{number:05}" for number in range(users)],
            cookies={f"visitor-{number}": None for number in range(VISITORS)},
        )

    def some(self, count: int, start: int) -> list[str]:
        """Some users, others for each start; round and round."""
        return [self.users[(start + n) % len(self.users)] for n in range(count)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request to an HTTP door: an order, or without one a request for a quote."""

    user: str
    order: Order | None = None
    door: str = "http"
    named: bool = True
    forgery: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Step:
    """One pass of the crowd; `number` makes its orders unlike those of others."""

    doors: Doors
    crowd: Crowd
    number: int
    progress: Progress = lambda _: None
    seen: Seen = field(default_factory=Seen)
    _due: dict[Key, str] = field(default_factory=dict)
    _found: dict[Key, Receipt] = field(default_factory=dict)

    @staticmethod
    def due(users: int) -> int:
        """How many receipts a step of so many users leads to."""
        return users + TOPIC + BUS + len(CARRIERS) * (POSTS + LINKS + VISITORS)

    def run(self, forged: str) -> Seen:
        """Everyone comes once; `forged` is the variant that forgers claim."""
        start = self.number * POSTS
        queue = self._orders("queue", self.crowd.users)
        topic = self._orders("topic", self.crowd.some(TOPIC, start))
        bus = self._orders("bus", self.crowd.some(BUS, start))
        calls = self._calls(start, forged)
        with ThreadPoolExecutor(CLIENTS + 1) as pool:
            # The first comes alone, and finds nothing running.
            self._wave(pool, calls[:1], topic[:1], bus[:1])
            queued = pool.submit(self.doors.queue, queue)
            for wave in range(1, WAVES + 1):
                these = slice(wave, None, WAVES)
                self._wave(pool, calls[these], topic[these], bus[these])
            queued.result()
        return self._settle()

    def late(self, token: Token) -> Seen:
        """Messages whose decision was made earlier, and is carried by the token."""
        users = self.crowd.some(LATE - 2 * LATE_EACH, 0)
        queue = self._orders("queue", users)
        self.doors.queue(queue, token)
        topic, bus = (
            self._orders("topic", users[:LATE_EACH]),
            self._orders("bus", users[:LATE_EACH]),
        )
        self.doors.topic(topic, token)
        self.doors.bus(bus, token)
        return self._settle()

    def again(self) -> Seen:
        """As many other users, for a second opinion about the share."""
        others = [f"other-{user}" for user in self.crowd.users]
        self.doors.queue(self._orders("again", others))
        return self._settle()

    def _wave(
        self,
        pool: ThreadPoolExecutor,
        calls: Sequence[Call],
        topic: Sequence[Order],
        bus: Sequence[Order],
    ) -> None:
        self.doors.topic(topic)
        self.doors.bus(bus)
        for call, answer in pool.map(self._call, calls):
            self.seen.answer(call.user if call.order is None else None, answer)
        sent = [*topic, *bus, *(call.order for call in calls if call.order)]
        ids = {order.id for order in sent}
        self._collect({key for key in self._due if key[0] in ids})

    def _collect(self, keys: Iterable[Key]) -> None:
        self._found |= collect(
            self.doors.system, keys, seconds=SECONDS, progress=self.progress
        )

    def _settle(self) -> Seen:
        """Wait for the receipts that are still due, and note them all."""
        self._collect(key for key in self._due if key not in self._found)
        self.seen.receipts(self._due, self._found)
        return self.seen

    def _orders(self, kind: str, users: Sequence[str]) -> list[Order]:
        """An order for each user, whose receipts are then due."""
        services = BEHIND.get(kind, tuple(CARRIERS))
        orders = []
        for number, user in enumerate(users):
            order = Order(id=f"{self.number}-{kind}-{number}", user=user)
            self._due |= {(order.id, service): user for service in services}
            orders.append(order)
        self.seen.requests += len(orders)
        return orders

    def _calls(self, start: int, forged: str) -> list[Call]:
        """All requests to the HTTP doors."""
        posts = self._orders("http", self.crowd.some(POSTS, start))
        links = self._orders("url", self.crowd.some(LINKS, start + POSTS))
        visits = self._orders("visit", list(self.crowd.cookies))
        lie = Token(
            members=(Carried(release="shop", variant=forged, generation=10**9),)
        )
        forgery = {NAME: str(lie), "cookie": f"{NAME}={lie}"}
        self.seen.requests += QUOTES + FORGERS
        return [
            *(Call(user=order.user, order=order) for order in posts),
            *(Call(user=order.user, order=order, door="url") for order in links),
            *(Call(user=order.user, order=order, named=False) for order in visits),
            *(Call(user=user) for user in self.crowd.some(QUOTES, start)),
            *(
                Call(user=user, forgery=forgery)
                for user in self.crowd.some(FORGERS, start)
            ),
        ]

    def _call(self, call: Call) -> tuple[Call, Answer]:
        order = {"order": call.order.id} if call.order else None
        method = "POST" if order else "GET"
        if call.named:
            body = order and {**order, "user": call.user}
            headers = {"x-user-id": call.user, **call.forgery}
            return call, self.doors.ask(
                method, door=call.door, body=body, headers=headers
            )
        # Without a name, but with the cookie of the last time, if there was one.
        known = self.crowd.cookies[call.user]
        headers = {"cookie": known} if known else {}
        answer = self.doors.ask(method, door=call.door, body=order, headers=headers)
        self.crowd.cookies[call.user] = answer.cookie or known
        return call, answer
