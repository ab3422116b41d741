"""A disk that a test can fill: a small tmpfs where mounting is allowed, otherwise a limit on the size of files."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.running.product import Product

SIZE = 24_000_000
_LIMIT = 100_000
"""Octets. Above the product's log, below what its database needs."""


@dataclass
class SmallDisk:
    """Where a product keeps its data."""

    folder: Path
    is_mounted: bool

    def fill(self, product: Product) -> None:
        """From now on nothing more fits."""
        if not self.is_mounted:
            self._limit(product, _LIMIT)
            return
        with (self.folder / "ballast").open("wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(4096))
            except OSError:
                return

    def free(self, product: Product) -> None:
        """There is room again."""
        if self.is_mounted:
            (self.folder / "ballast").unlink()
        else:
            self._limit(product, resource.RLIM_INFINITY)

    @staticmethod
    def _limit(product: Product, octets: int) -> None:
        assert product.process is not None
        resource.prlimit(product.process.pid, resource.RLIMIT_FSIZE, (octets, resource.RLIM_INFINITY))


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    """A small disk at `folder`."""
    folder.mkdir(parents=True)
    options = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    is_mounted = subprocess.run(options, capture_output=True, check=False).returncode == 0
    try:
        yield SmallDisk(folder, is_mounted)
    finally:
        if is_mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
