"""Time under a test's control."""

from datetime import datetime, timedelta


class Clock:
    """A clock that moves only when told to."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> datetime:
        """Move on by what `timedelta` takes, and say the new time."""
        self.now += timedelta(**by)
        return self.now
