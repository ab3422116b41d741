"""The evidence pack: everything about a case in one ZIP that can be checked without us. Start reading with `pack`."""

from admin_api.packing.handing_out import hand_out_pack
from admin_api.packing.pack import pack_case

__all__ = ["hand_out_pack", "pack_case"]
