"""Shows a story that is known already as if it happened now; pure."""

from __future__ import annotations

from collections.abc import Iterator

from examples.compare.sightings import Glance, Sighting, Story, Watch, weight_at


class Replay:
    """The screen of a story, at times that only go forward."""

    def __init__(self, story: Story) -> None:
        self.story = story
        over = [one.at for one in story.sightings]
        over += [at for at in (story.rolled_back, story.promoted) if at is not None]
        self.end = max(over, default=0.0)
        self._watch = Watch()
        self._left: Iterator[Sighting] = iter(
            sorted(story.sightings, key=lambda one: one.at)
        )
        self._next = next(self._left, None)

    def at(self, now: float) -> Glance:
        """How it looked then."""
        while self._next is not None and self._next.at <= now:
            self._watch.take([self._next])
            self._next = next(self._left, None)
        weight = weight_at(self.story.changes, now)
        return self._watch.glance(now, self._state(now), weight)

    def _state(self, now: float) -> str:
        story = self.story
        if now < 0:
            return "before"
        if story.rolled_back is not None and now >= story.rolled_back:
            return "rolled back"
        promoted = story.promoted is not None and now >= story.promoted
        return "promoted" if promoted else "under way"
