"""Fetches updates by long polling. An update is confirmed to Telegram only after it and all before it are saved."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from telegram import Bot
from telegram.error import Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram_access import ANSWER_WITHIN
from bot.channels.telegram_intake import WANTED, RawUpdate, TelegramIntake, chat_of

_BATCH = 100
_FIRST_DELAY = timedelta(seconds=1)
_LONGEST_DELAY = timedelta(seconds=60)
_LONGEST_WITHHELD = timedelta(seconds=10)
"""One update that cannot be saved delays everybody's: it is tried again soon."""
_DELAY_FOR_PEOPLE = timedelta(minutes=2)
"""Between tries that can succeed only after somebody changed something."""

_log = structlog.get_logger()

Pause = Callable[[timedelta, asyncio.Event], Awaitable[None]]


async def pause_until(delay: timedelta, stop: asyncio.Event) -> None:
    """Wait for `delay`, or less when `stop` is set."""
    try:
        await asyncio.wait_for(stop.wait(), delay.total_seconds())
    except TimeoutError:
        return


class NotSaved(Exception):
    """An update of the batch could not be saved; its error is the cause."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why polling does not get on, and when to try again."""

    action: str
    delay: timedelta
    way_out: str = ""


def judge_trouble(error: Exception, failures: int) -> Trouble:
    """What to do after the `failures`-th failure in a row; delays double up to a minute unless a person must act."""
    growing = min(_FIRST_DELAY * 2 ** min(failures - 1, 10), _LONGEST_DELAY)
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        return Trouble("telegram.slowed", wait if isinstance(wait, timedelta) else timedelta(seconds=wait))
    if isinstance(error, Conflict):
        return Trouble(
            "telegram.conflict", _DELAY_FOR_PEOPLE, "another process polls with this token: stop one of them"
        )
    if isinstance(error, InvalidToken | Forbidden):
        return Trouble("telegram.unauthorised", _DELAY_FOR_PEOPLE, "Telegram refuses the token: ask BotFather for it")
    if isinstance(error, TelegramError):
        return Trouble("telegram.unreachable", growing)
    return Trouble(
        "telegram.not_saved", min(growing, _LONGEST_WITHHELD), "updates stay with Telegram until they can be saved"
    )


class TelegramPolling:
    """The loop that asks Telegram for updates."""

    def __init__(
        self,
        bot: Bot,
        intake: TelegramIntake,
        *,
        poll_for: timedelta = timedelta(seconds=25),
        pause: Pause = pause_until,
    ) -> None:
        """Hold each request open for `poll_for`, as Telegram recommends."""
        self._bot = bot
        self._intake = intake
        self._poll_for = poll_for
        self._pause = pause
        self._offset: int | None = None
        self._saved: set[int] = set()
        self._said = ""

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until `stop` is set; what is being saved then is finished, what was not begun stays with Telegram."""
        failures = 0
        webhook_removed = False
        while not stop.is_set():
            try:
                if not webhook_removed:
                    await self._bot.delete_webhook()
                    webhook_removed = True
                await self._take_all(await self._fetch(stop))
            except Exception as error:  # noqa: BLE001 - the loop must outlive every failure
                failures += 1
                trouble = judge_trouble(error, failures)
                self._say(trouble, error)
                webhook_removed = webhook_removed and not isinstance(error, Conflict)
                await self._pause(trouble.delay, stop)
            else:
                if failures:
                    _log.info("polling again", action="telegram.recovered", failures=failures)
                failures, self._said = 0, ""

    async def _fetch(self, stop: asyncio.Event) -> Sequence[RawUpdate]:
        """Updates as Telegram wrote them: parsed one by one later, so that one unreadable update spoils no others."""
        wanted = {"timeout": int(self._poll_for.total_seconds()), "limit": _BATCH, "allowed_updates": list(WANTED)}
        if self._offset is not None:
            wanted["offset"] = self._offset
        patience = (self._poll_for + ANSWER_WITHIN).total_seconds()
        polling = asyncio.ensure_future(
            # Method names are case-insensitive; this spelling is not taken for the library's own method, which parses.
            self._bot.do_api_request("GetUpdates", api_kwargs=wanted, read_timeout=patience),
        )
        stopped = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait({polling, stopped}, return_when=asyncio.FIRST_COMPLETED)
            return polling.result() if polling.done() else ()
        finally:
            stopped.cancel()
            polling.cancel()
            await asyncio.gather(polling, stopped, return_exceptions=True)

    async def _take_all(self, updates: Sequence[RawUpdate]) -> None:
        """Save a batch, conversations side by side; then the next request confirms all before the first failure."""
        conversations: dict[object, list[RawUpdate]] = {}
        for update in updates:
            conversations.setdefault(chat_of(update).get("id"), []).append(update)
        outcomes = await asyncio.gather(*(self._take_in_order(part) for part in conversations.values()))
        failed = [outcome for outcome in outcomes if outcome is not None]
        if failed:
            self._offset, error = min(failed, key=lambda outcome: outcome[0])
            self._saved = {number for number in self._saved if number > self._offset}
            raise NotSaved from error
        if updates:
            self._offset = max(int(update["update_id"]) for update in updates) + 1
            self._saved.clear()

    async def _take_in_order(self, updates: Sequence[RawUpdate]) -> tuple[int, Exception] | None:
        for update in updates:
            number = int(update["update_id"])
            if number in self._saved:
                continue
            try:
                await self._intake.take(update)
            except Exception as error:  # noqa: BLE001 - told to the loop, which tries again
                return number, error
            self._saved.add(number)
        return None

    def _say(self, trouble: Trouble, error: Exception) -> None:
        """Say a trouble once, not at every try."""
        if trouble.action == self._said:
            return
        self._said = trouble.action
        cause = type(error.__cause__ or error).__name__
        _log.warning(
            "polling stopped for now",
            action=trouble.action,
            error=cause,
            retry_in=trouble.delay.total_seconds(),
            way_out=trouble.way_out,
        )
