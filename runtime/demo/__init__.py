"""The demo bureau: a bundle to try the front desk with, and to copy from."""
