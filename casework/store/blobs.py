"""Where bytes lie: a directory by default, an S3-compatible store for several hosts."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from casework.errors import CaseworkNotFound, CaseworkUnavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class DirectoryBlobs:
    """Blobs as files under one directory, `ab/cd…`; a file that exists is complete and on disk."""

    def __init__(self, directory: Path) -> None:
        """Keep blobs under `directory`, which is made when missing."""
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    def put(self, data: bytes) -> str:
        """Keep `data` durably and return its digest; CaseworkUnavailable when it cannot be kept."""
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        if _is_kept(path):
            return digest
        try:
            if not path.parent.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                _sync_folder(self._directory)
            self._write(path, data)
        except OSError as error:
            raise CaseworkUnavailable(f"an attachment could not be kept ({error.strerror}): try again later") from error
        return digest

    def get(self, sha256: str) -> bytes:
        """The bytes; CaseworkNotFound when there are none under this digest."""
        try:
            return self._path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise CaseworkNotFound(f"there is no file {sha256[:12]}…") from error
        except OSError as error:
            raise CaseworkUnavailable(f"a file could not be read ({error.strerror}): try again later") from error

    def delete(self, sha256: str, *, unless_kept_since: datetime) -> bool:
        """Delete a file unless somebody put it again since then; False when it was left.

        It is moved away before its age is read: whoever puts it from then on writes it anew.
        """
        path = self._path(sha256)
        aside = path.with_name(f".gone-{path.name}")
        try:
            path.replace(aside)
            if datetime.fromtimestamp(aside.stat().st_mtime, UTC) >= unless_kept_since:
                aside.replace(path)
                return False
            aside.unlink()
        except FileNotFoundError:
            return True
        except OSError as error:
            raise CaseworkUnavailable(f"a file could not be deleted ({error.strerror}): try again later") from error
        return True

    def _path(self, digest: str) -> Path:
        _require_digest(digest)
        return self._directory / digest[:2] / digest[2:]

    def _write(self, path: Path, data: bytes) -> None:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except OSError:
            with contextlib.suppress(FileNotFoundError):
                Path(name).unlink()
            raise
        _sync_folder(path.parent)


class S3Blobs:
    """Blobs as objects of one bucket, for several hosts."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        """Keep blobs in `bucket`, which must exist."""
        self._client = client
        self._bucket = bucket

    def put(self, data: bytes) -> str:
        """Keep `data` durably and return its digest; CaseworkUnavailable when it cannot be kept."""
        from botocore.exceptions import BotoCoreError, ClientError

        digest = hashlib.sha256(data).hexdigest()
        try:
            self._client.put_object(Bucket=self._bucket, Key=digest, Body=data)
        except (BotoCoreError, ClientError) as error:
            raise CaseworkUnavailable("an attachment could not be kept: try again later") from error
        return digest

    def get(self, sha256: str) -> bytes:
        """The bytes; CaseworkNotFound when there are none under this digest."""
        from botocore.exceptions import BotoCoreError, ClientError

        _require_digest(sha256)
        try:
            return self._client.get_object(Bucket=self._bucket, Key=sha256)["Body"].read()
        except self._client.exceptions.NoSuchKey as error:
            raise CaseworkNotFound(f"there is no file {sha256[:12]}…") from error
        except (BotoCoreError, ClientError) as error:
            raise CaseworkUnavailable("the file store cannot be reached: try again later") from error

    def delete(self, sha256: str, *, unless_kept_since: datetime) -> bool:
        """Delete an object unless somebody put it again since then; False when it was left."""
        from botocore.exceptions import BotoCoreError, ClientError

        _require_digest(sha256)
        try:
            if self._client.head_object(Bucket=self._bucket, Key=sha256)["LastModified"] >= unless_kept_since:
                return False
            self._client.delete_object(Bucket=self._bucket, Key=sha256)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in ("404", "NoSuchKey"):
                return True
            raise CaseworkUnavailable("a file could not be deleted: try again later") from error
        except BotoCoreError as error:
            raise CaseworkUnavailable("the file store cannot be reached: try again later") from error
        return True


def open_s3_blobs(*, endpoint_url: str | None, bucket: str, region: str, access_key: str, secret_key: str) -> S3Blobs:
    """Blobs in an S3-compatible store; needs the extra `s3`."""
    import boto3
    from botocore.config import Config

    client = boto3.client(
        "s3",
        endpoint_url=endpoint_url,
        region_name=region,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        config=Config(
            # A citizen waits; what cannot be kept now is tried again later.
            connect_timeout=3,
            read_timeout=20,
            retries={"mode": "standard", "total_max_attempts": 2},
            # What other stores than Amazon's understand.
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )
    return S3Blobs(client, bucket)


def _require_digest(digest: str) -> None:
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise CaseworkNotFound("a file is named by its SHA-256")


def _is_kept(path: Path) -> bool:
    """Whether a file is there; being wanted again it is as new, so that `delete` leaves it."""
    try:
        os.utime(path)
    except OSError:
        return path.exists()
    return True


def _sync_folder(folder: Path) -> None:
    """A new name is on disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
