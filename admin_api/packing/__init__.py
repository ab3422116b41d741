"""The evidence pack: everything about a case in one ZIP that can be checked without us. Start reading with `pack`."""

from admin_api.packing.pack import pack_case

__all__ = ["pack_case"]
