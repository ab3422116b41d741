"""The composition root: the one place that picks adapters and connects the rooms of the house."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import IO

from admin_api.access import Context
from admin_api.trials import Trials
from bot.desk import Desk
from casework.actions.office import Office
from casework.annual.naming import annual_words
from casework.party import ChannelName
from casework.ports import BlobStore, Channel
from casework.store import SqlStore, open_store
from casework.store.blobs import DirectoryBlobs, open_s3_blobs
from knowledge.dense import load_sentence_model
from knowledge.retrieval import Embedder
from knowledge.store import IndexedRevisions, SqlCatalogue, SqlImports
from mail_gateway.acceptance import accept_into
from mail_gateway.local_mailbox import LocalMailbox
from mail_gateway.server import MailServer
from mail_gateway.understanding import MailRoom, open_mail_room
from runtime.bundle import Bundle, demo_bundle, load_bundle
from runtime.bundle_export import compose_bundle, zipped
from runtime.channels import open_channels, open_local_mailbox
from runtime.data_directory import hold_data_directory
from runtime.delivering import Delivery
from runtime.draining import Drain
from runtime.entering import enter_bundle
from runtime.entering_items import enter_items
from runtime.furnishing import furnish, know
from runtime.handling import DeskHandler
from runtime.jobs import DRAIN, REMIND, Bell, DbosJobs, delivering
from runtime.kill_points import KillPoints, kill_points
from runtime.live_knowledge import LiveKnowledge
from runtime.mail_trust import trust_of
from runtime.mail_ways import open_fetcher, open_mail_servers
from runtime.mailbox_watch import MailboxWatch
from runtime.metrics import Metrics
from runtime.migrating import migrate, require_migrated
from runtime.reminding import Reminding
from runtime.retention import JOURNAL, CaseFileKeeping
from runtime.settings import Environment, Settings
from runtime.statements import statement_of
from runtime.telegram_room import TelegramRoom
from runtime.turns import TurnTaker


def now() -> datetime:
    """The present, as an aware UTC time; handed to whoever needs it."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class House:
    """Everything that one process works with; made by `build_house`, closed once."""

    settings: Settings
    bundle: Bundle
    store: SqlStore
    blobs: BlobStore
    office: Office
    knowledge: LiveKnowledge
    desk: Desk
    mail_room: MailRoom
    local_mailbox: LocalMailbox | None
    telegram: TelegramRoom | None
    channels: Mapping[ChannelName, Channel]
    metrics: Metrics
    stopping: threading.Event
    bell: Bell
    turns: TurnTaker
    reminding: Reminding
    held: IO[str] | None
    """Holds the data directory of an embedded installation."""

    @property
    def context(self) -> Context:
        """What the pages and the API work with."""
        return Context(
            self.store,
            self.blobs,
            self.office,
            lambda: self.knowledge().library,
            self.knowledge,
            now,
            self.bell.ring,
            self.settings.session_for,
            revisions=lambda uow: IndexedRevisions(SqlStore.connection_of(uow)),
            compose_bundle=self._compose_bundle,
            catalogue=lambda uow: SqlCatalogue(SqlStore.connection_of(uow)),
            imports=lambda uow: SqlImports(SqlStore.connection_of(uow)),
            disclosure=self.bundle.disclosure,
            stale_since=lambda: self.knowledge.failed_since,
            labelled=self.bundle.labelled,
            press=self.bundle.press(self.blobs),
            trials=Trials(self.knowledge.build),
            statement=lambda year: statement_of(self.settings.bundle or demo_bundle(), year),
            report_words=self.bundle.reworded(annual_words()),
        )

    def _compose_bundle(self) -> bytes:
        return zipped(compose_bundle(self.settings.bundle or demo_bundle(), self.store, self.blobs))

    def mail_servers(self) -> list[MailServer]:
        """The listeners over the inbox, SMTP first and LMTP when it is set; to be made in a running event loop."""
        return open_mail_servers(
            self.settings, self.mail_room, accept_into(self.store, partial(self.bell.ring, DRAIN)), now
        )

    def start_worker(self) -> None:
        """Run the jobs. An embedded store has no other worker, so what a killed one left leased is free again."""
        if self.held is not None:
            self.store.write(lambda uow: (uow.inbox.release_all(), uow.outbox.release_all()))
        if isinstance(self.bell.jobs, DbosJobs):
            self.bell.jobs.start()

    @contextmanager
    def following(self) -> Iterator[None]:
        """Keep what is answered from as new as what is published, in a thread of its own."""
        ended = threading.Event()
        watcher = threading.Thread(target=self.knowledge.watch, args=(ended,), name="knowledge", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            ended.set()
            watcher.join(timeout=1)

    @contextmanager
    def fetching(self) -> Iterator[None]:
        """Fetch the mailbox that is set, in a thread of its own, while the context is open."""
        ended = threading.Event()
        fetcher = open_fetcher(self.settings, self.mail_room, self.store, ended)
        imap = self.settings.imap
        if fetcher is None or imap is None:
            yield
            return
        watch = MailboxWatch(fetcher, self.store, now, partial(self.bell.ring, DRAIN), imap.poll)
        visitor = threading.Thread(target=watch.run, args=(ended,), name="mailbox", daemon=True)
        visitor.start()
        try:
            yield
        finally:
            ended.set()
            fetcher.interrupt()
            visitor.join(timeout=5)

    def stop_worker(self, within: timedelta) -> None:
        """Let running jobs finish, then stop them."""
        self.stopping.set()
        if isinstance(self.bell.jobs, DbosJobs):
            self.bell.jobs.stop(within=within)

    def work(self) -> dict[str, Callable[[], None]]:
        """The jobs: one that drains, and one that delivers for each channel, so that a slow channel harms no other."""
        worker = f"{socket.gethostname()}:{os.getpid()}"
        handler = DeskHandler(self.desk, self.mail_room)
        jobs: dict[str, Callable[[], None]] = {
            DRAIN: Drain(self.store, handler, now, worker, self.stopping, self.bell.ring).run,
            REMIND: self.reminding.run,
        }
        for name, channel in self.channels.items():
            delivery = Delivery(
                name, channel, self.store, self.office, now, worker, self.stopping, self.metrics.count_delivery
            )
            jobs[delivering(name)] = delivery.run
        return jobs

    def due(self) -> list[str]:
        """The jobs that have something to do now."""
        at = now()
        with self.store.read() as uow:
            waiting = [DRAIN] if uow.inbox.has_due(now=at) else []
            waiting += [REMIND] if self.reminding.is_due() else []
            return [*waiting, *map(delivering, uow.outbox.due_channels(now=at))]

    def keep_house(self) -> None:
        """Forget what has expired, erase what the bureau's rules of retention ask for, and seal the ledgers."""
        self.store.write(lambda uow: uow.doors.forget(now=now()))
        CaseFileKeeping(self.store, self.blobs, self.office, now, self.settings.data_dir / JOURNAL).run()

    def close(self) -> None:
        """Let go of the store, the lines to other servers and the data directory."""
        self.stopping.set()
        if self.telegram is not None:
            self.telegram.close()
        self.store.close()
        if self.held is not None:
            self.held.close()


def build_house(settings: Settings, *, works: bool = True) -> House:
    """Connect everything for one process; `works` when it has the worker's role.

    Raises BundleRefused, NotMigrated, DataDirectoryInUse, each with the way out. A demo's database is migrated here.
    """
    bundle = load_bundle(settings.bundle)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    held = hold_data_directory(settings.data_dir) if works and settings.is_sqlite else None
    kills = kill_points(settings.environment)
    store = _open_store(settings, kills)
    blobs = open_blobs(settings)
    enter_bundle(store, bundle.library, now=now())
    enter_items(store, bundle.items, now=now())
    build = partial(know, bundle, _load_model(settings), kept=settings.indexes)
    knowledge = LiveKnowledge(store, now, build, bundle.bureau.calendar.local_date)
    secret, site = settings.secret_key.get_secret_value().encode(), str(settings.public_url).rstrip("/")
    room = furnish(bundle, secret, knowledge, site=site)
    mail_room = open_mail_room(room.office, blobs, trust_of(settings, bundle.bureau.mail_domain))
    local_mailbox = open_local_mailbox(settings)
    bell = Bell()
    telegram = TelegramRoom.open(settings, store, blobs, now, wake=partial(bell.ring, DRAIN))
    channels = open_channels(settings, mail_room, room.mail_words, blobs, local_mailbox, telegram, now)
    if kills is not None:
        channels = kills.watch_channels(channels)
    metrics = Metrics(store, knowledge)
    stopping = threading.Event()
    house = House(
        settings=settings,
        bundle=bundle,
        store=store,
        blobs=blobs,
        office=room.office,
        knowledge=knowledge,
        desk=room.desk,
        mail_room=mail_room,
        local_mailbox=local_mailbox,
        telegram=telegram,
        channels=channels,
        metrics=metrics,
        stopping=stopping,
        bell=bell,
        turns=TurnTaker(store, room.desk, room.replies, now, bell.ring, metrics.observe_turn),
        reminding=Reminding(store, room.office, now, stopping, partial(bell.ring, delivering(ChannelName.EMAIL))),
        held=held,
    )
    if works:
        bell.jobs = DbosJobs(
            settings.jobs_url, house.work(), due=house.due, housekeeping=house.keep_house, executor=socket.gethostname()
        )
    return house


def _load_model(settings: Settings) -> Embedder | None:
    """The model of sentences that questions are compared by, where the installation has one."""
    return load_sentence_model(settings.dense_model) if settings.dense_model else None


def _open_store(settings: Settings, kills: KillPoints | None) -> SqlStore:
    """The store, at the shape that this release needs."""
    store = open_store(settings.store_url)
    if kills is not None:
        store = kills.watch_store(store)
    if settings.environment is Environment.PRODUCTION or not settings.is_sqlite:
        require_migrated(store.engine)
    else:
        migrate(store.engine)
    return store


def open_blobs(settings: Settings) -> BlobStore:
    """Where attachments lie."""
    s3 = settings.blobs.s3
    if s3 is None:
        return DirectoryBlobs(settings.blob_directory)
    return open_s3_blobs(
        endpoint_url=str(s3.endpoint_url),
        bucket=s3.bucket,
        region=s3.region,
        access_key=s3.access_key,
        secret_key=s3.secret_key.get_secret_value(),
    )
