"""What the web chat keeps of its own: token hashes of conversations, and files sent ahead of their message.

Only `runtime` (and tests) may import it, and hand `SqlWebConversations` to the channel.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    DateTime,
    ForeignKey,
    String,
    Table,
    Text,
    insert,
    select,
)

from bot.store import metadata
from casework.message import Attachment
from casework.party import Language

__all__ = ["SqlWebConversations", "metadata"]

web_conversations = Table(
    "web_conversations",
    metadata,
    Column("conversation", String(32), primary_key=True),
    Column("token_hash", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
web_uploads = Table(
    "web_uploads",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("conversation", String(32), ForeignKey("web_conversations.conversation"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)


class SqlWebConversations:
    """`bot.channels.web_chat_conversations.WebConversations` over the connection of a unit of work."""

    def __init__(self, connection: Connection) -> None:
        """Work within the transaction that is open on `connection`; commits nothing itself."""
        self._connection = connection

    def add(self, conversation: str, token_hash: str, *, language: Language, now: datetime) -> None:
        """Remember a new conversation."""
        row = {"conversation": conversation, "token_hash": token_hash, "language": language, "created_at": now}
        self._connection.execute(insert(web_conversations), row)

    def find_token_hash(self, conversation: str) -> str | None:
        """The SHA-256 of the token of a conversation."""
        query = select(web_conversations.c.token_hash).where(web_conversations.c.conversation == conversation)
        return self._connection.execute(query).scalar()

    def add_upload(self, upload_id: str, conversation: str, file: Attachment, *, now: datetime) -> None:
        """Remember a file that was sent ahead of the message that will name it."""
        row = {
            "id": upload_id,
            "conversation": conversation,
            "name": file.name,
            "content_type": file.content_type,
            "size": file.size,
            "sha256": file.sha256,
            "created_at": now,
        }
        self._connection.execute(insert(web_uploads), row)

    def find_uploads(self, conversation: str, upload_ids: tuple[str, ...]) -> dict[str, Attachment]:
        """The files of a conversation that these ids name; what is not there is left out."""
        query = select(web_uploads).where(web_uploads.c.conversation == conversation, web_uploads.c.id.in_(upload_ids))
        return {
            row.id: Attachment(row.name, row.content_type, row.size, row.sha256)
            for row in self._connection.execute(query)
        }
