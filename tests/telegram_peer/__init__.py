"""A Bot API server of our own on loopback, so that the Telegram channel is tested on real sockets.

Start reading at `peer.py` (what a test does), then `exchange.py` (what the server remembers) and
`server.py` (how it answers). Its shapes are checked by python-telegram-bot itself, see
`tests/integration/test_bot_api_peer.py`, where it can also be replaced by another server.
"""

from tests.telegram_peer.exchange import Fault, Sent
from tests.telegram_peer.peer import BotApiPeer, Citizen

__all__ = ["BotApiPeer", "Citizen", "Fault", "Sent"]
