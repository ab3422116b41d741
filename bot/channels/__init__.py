"""Ways in and out for citizens, one front door each; only `runtime` opens them. They translate and deliver."""

import os

# python-telegram-bot 22 warns at every length of time unless its coming type is chosen, which is done only here.
os.environ.setdefault("PTB_TIMEDELTA", "true")
