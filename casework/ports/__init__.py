"""What casework needs from the outside: a store, a place for bytes, and channels that deliver."""

from casework.ports.doors import Accounts, ApiKey, BlockedSender, Doors, StaffSession, StoredResponse
from casework.ports.handling import Deadlines, Figures, Letters, Links, Reports, Results
from casework.ports.ledgers import Erasures, Ledgers
from casework.ports.queues import Inbox, Outbox
from casework.ports.records import Cases, Enquiries, Parties, QueueFilter, Threads
from casework.ports.store import BlobStore, Channel, Store, UnitOfWork

__all__ = [
    "Accounts",
    "ApiKey",
    "BlobStore",
    "BlockedSender",
    "Cases",
    "Channel",
    "Deadlines",
    "Doors",
    "Enquiries",
    "Erasures",
    "Figures",
    "Inbox",
    "Ledgers",
    "Letters",
    "Links",
    "Outbox",
    "Parties",
    "QueueFilter",
    "Reports",
    "Results",
    "StaffSession",
    "Store",
    "StoredResponse",
    "Threads",
    "UnitOfWork",
]
