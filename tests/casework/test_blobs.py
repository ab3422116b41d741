"""Where files lie: one suite for the directory and for an S3-compatible store that really listens."""

from __future__ import annotations

import hashlib
import os
import resource
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from casework.errors import CaseworkNotFound, CaseworkUnavailable
from casework.ports import BlobStore
from casework.store.blobs import DirectoryBlobs, S3Blobs, open_s3_blobs

BUCKET = "attachments"


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    """An S3 server on the loopback with one bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    client = boto3.client(
        "s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s"
    )
    client.create_bucket(Bucket=BUCKET)
    client.close()
    yield address
    server.stop()


def s3_blobs(address: str, bucket: str = BUCKET) -> S3Blobs:
    return open_s3_blobs(endpoint_url=address, bucket=bucket, region="us-east-1", access_key="k", secret_key="s")


@pytest.fixture(params=["directory", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    if request.param == "directory":
        return DirectoryBlobs(tmp_path / "blobs")
    return s3_blobs(request.getfixturevalue("s3_address"))


@pytest.mark.parametrize(
    "data", [b"", b"\x00\xff\r\n" * 7, os.urandom(9_000_000)], ids=["empty", "binary", "nine megabytes"]
)
def test_bytes_come_back_under_their_sha256(blobs: BlobStore, data: bytes) -> None:
    digest = blobs.put(data)
    assert digest == hashlib.sha256(data).hexdigest()
    assert blobs.get(digest) == data


def test_the_same_bytes_twice_are_one_file(blobs: BlobStore) -> None:
    assert blobs.put(b"twice") == blobs.put(b"twice")
    assert blobs.get(blobs.put(b"twice")) == b"twice"


def test_many_at_once_may_keep_the_same_bytes(blobs: BlobStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(blobs.put, [b"same"] * 24))
    assert digests == {hashlib.sha256(b"same").hexdigest()}


def test_a_file_that_nobody_kept_is_not_found(blobs: BlobStore) -> None:
    with pytest.raises(CaseworkNotFound, match="no file 000000000000…"):
        blobs.get("0" * 64)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 62 + "/x", "０" * 64])
def test_what_is_no_digest_is_not_found(blobs: BlobStore, name: str) -> None:
    blobs.put(b"something")
    with pytest.raises(CaseworkNotFound, match="SHA-256"):
        blobs.get(name)


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file may grow beyond a page, so that writing fails half way, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_told_and_leaves_nothing_behind(tmp_path: Path, full_disk: None) -> None:
    blobs = DirectoryBlobs(tmp_path / "blobs")
    data = b"x" * 100_000
    with pytest.raises(CaseworkUnavailable, match=r"could not be kept \(File too large\): try again later"):
        blobs.put(data)
    assert [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()] == []
    with pytest.raises(CaseworkNotFound):
        blobs.get(hashlib.sha256(data).hexdigest())


def test_a_directory_keeps_one_file_for_a_digest_and_no_half_written_one(tmp_path: Path) -> None:
    blobs = DirectoryBlobs(tmp_path / "blobs")
    digest = blobs.put(b"once")
    blobs.put(b"once")
    [file] = [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    assert file == tmp_path / "blobs" / digest[:2] / digest[2:]


def test_a_file_that_cannot_be_read_is_unavailable_and_not_missing(tmp_path: Path) -> None:
    blobs = DirectoryBlobs(tmp_path / "blobs")
    digest = hashlib.sha256(b"x").hexdigest()
    (tmp_path / "blobs" / digest[:2] / digest[2:]).mkdir(parents=True)
    with pytest.raises(CaseworkUnavailable, match="could not be read"):
        blobs.get(digest)


def test_an_s3_store_without_the_bucket_is_unavailable_and_not_empty(s3_address: str) -> None:
    blobs = s3_blobs(s3_address, "another-bucket")
    with pytest.raises(CaseworkUnavailable, match="could not be kept"):
        blobs.put(b"x")
    with pytest.raises(CaseworkUnavailable, match="cannot be reached"):
        blobs.get("0" * 64)


def test_an_s3_store_that_is_away_is_unavailable() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        blobs = s3_blobs(f"http://127.0.0.1:{probe.getsockname()[1]}")
        with pytest.raises(CaseworkUnavailable, match="could not be kept"):
            blobs.put(b"x")
        with pytest.raises(CaseworkUnavailable, match="cannot be reached"):
            blobs.get("0" * 64)
