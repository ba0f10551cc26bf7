"""Objects in any S3 service: the full size. Signed addresses are presigned by the service's own rules."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, TypeVar
from urllib.parse import quote

import boto3
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from lms.core.config import Settings
from lms.core.errors import NotFound, Unavailable
from lms.core.i18n import _l
from lms.core.storage.port import BLOCK, SMALLEST_PART, checked_key

Result = TypeVar("Result")
MISSING = {"404", "NoSuchKey", "NotFound", "NoSuchUpload", "NoSuchBucket", "InvalidPart"}
TRANSFER = TransferConfig(multipart_threshold=2 * SMALLEST_PART, multipart_chunksize=2 * SMALLEST_PART,
                          max_concurrency=2, use_threads=True)


class S3Storage:
    """The storage port over boto3."""

    def __init__(self, given: Settings) -> None:
        self.bucket = given.s3_bucket
        self.client: Any = boto3.client(
            "s3", endpoint_url=given.s3_endpoint, region_name=given.s3_region,
            aws_access_key_id=given.s3_access_key, aws_secret_access_key=given.s3_secret_key,
            config=Config(signature_version="s3v4", connect_timeout=3, read_timeout=60,
                          retries={"max_attempts": 2}, s3={"addressing_style": "path"}))

    def prepare(self, origin: str) -> None:
        """Make the bucket if there is none; let pages at `origin` read signed addresses."""
        def make() -> None:
            names = [bucket["Name"] for bucket in self.client.list_buckets()["Buckets"]]
            if self.bucket not in names:
                self.client.create_bucket(Bucket=self.bucket)
            self.client.put_bucket_cors(Bucket=self.bucket, CORSConfiguration={"CORSRules": [{
                "AllowedMethods": ["GET", "HEAD"], "AllowedOrigins": [origin], "AllowedHeaders": ["*"],
                "ExposeHeaders": ["Content-Length", "Content-Range", "Accept-Ranges", "ETag"],
                "MaxAgeSeconds": 3600}]})
        self._call(make)

    def put(self, key: str, stream: IO[bytes], content_type: str) -> int:
        """Streamed; large objects go in parts."""
        extra = {"ContentType": content_type}
        self._call(lambda: self.client.upload_fileobj(_Unclosable(stream), self.bucket, checked_key(key),
                                                      ExtraArgs=extra, Config=TRANSFER))
        return self.size(key)

    @contextmanager
    def open(self, key: str, start: int = 0, length: int | None = None) -> Iterator[IO[bytes]]:
        """A ranged read."""
        asked: dict[str, str] = {}
        if start or length is not None:
            asked["Range"] = f"bytes={start}-" + ("" if length is None else str(start + length - 1))
        found = self._call(lambda: self.client.get_object(Bucket=self.bucket, Key=checked_key(key), **asked))
        try:
            yield found["Body"]
        except (BotoCoreError, HTTPError) as error:  # the line broke while it was read
            raise _unavailable() from error
        finally:
            found["Body"].close()

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        """A copy in a temporary folder."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / Path(checked_key(key)).name
            self._call(lambda: self.client.download_file(self.bucket, key, str(path), Config=TRANSFER))
            yield path

    def size(self, key: str) -> int:
        """Size in bytes."""
        head = self._call(lambda: self.client.head_object(Bucket=self.bucket, Key=checked_key(key)))
        return int(head["ContentLength"])

    def exists(self, key: str) -> bool:
        """Whether there is such an object."""
        try:
            self.size(key)
        except NotFound:
            return False
        return True

    def delete(self, key: str) -> None:
        """Remove; S3 does not mind a missing key."""
        try:
            self._call(lambda: self.client.delete_object(Bucket=self.bucket, Key=checked_key(key)))
        except NotFound:
            return

    def list(self, prefix: str) -> Iterator[str]:
        """Keys, page by page."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        iterator = iter(pages)
        while True:
            page = self._call(lambda: next(iterator, None))
            if page is None:
                return
            yield from (item["Key"] for item in page.get("Contents", []))

    def url(self, key: str, *, expires: timedelta, content_type: str | None = None,
            download_name: str | None = None) -> str:
        """A presigned GET."""
        asked = {"Bucket": self.bucket, "Key": checked_key(key)}
        if content_type:
            asked["ResponseContentType"] = content_type
        if download_name:
            asked["ResponseContentDisposition"] = f"attachment; filename*=UTF-8''{quote(download_name)}"
        return str(self.client.generate_presigned_url("get_object", Params=asked,
                                                      ExpiresIn=max(1, int(expires.total_seconds()))))

    def begin(self, key: str, content_type: str) -> str:
        """A multipart upload."""
        made = self._call(lambda: self.client.create_multipart_upload(
            Bucket=self.bucket, Key=checked_key(key), ContentType=content_type))
        return str(made["UploadId"])

    def append(self, key: str, upload_id: str, number: int, stream: IO[bytes], length: int) -> str:
        """One part, spooled to disk first: its signature needs the bytes twice."""
        with tempfile.TemporaryFile() as spool:
            left = length
            while left and (block := stream.read(min(BLOCK, left))):
                spool.write(block)
                left -= len(block)
            if left:
                raise OSError(f"part {number} has {length - left} bytes instead of {length}")
            spool.seek(0)
            made = self._call(lambda: self.client.upload_part(
                Bucket=self.bucket, Key=key, UploadId=upload_id, PartNumber=number, Body=spool,
                ContentLength=length))
        return str(made["ETag"])

    def finish(self, key: str, upload_id: str, tags: Sequence[str]) -> int:
        """Complete the multipart upload."""
        parts = [{"PartNumber": number, "ETag": tag} for number, tag in enumerate(tags, 1)]
        self._call(lambda: self.client.complete_multipart_upload(
            Bucket=self.bucket, Key=key, UploadId=upload_id, MultipartUpload={"Parts": parts}))
        return self.size(key)

    def abort(self, key: str, upload_id: str) -> None:
        """Forget the multipart upload."""
        try:
            self._call(lambda: self.client.abort_multipart_upload(
                Bucket=self.bucket, Key=key, UploadId=upload_id))
        except NotFound:
            return

    def _call(self, work: Callable[[], Result]) -> Result:
        try:
            return work()
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in MISSING:
                raise NotFound(_l("The file is not in the store.")) from error
            raise _unavailable() from error
        except (BotoCoreError, Boto3Error) as error:  # transfers in parts raise errors of their own
            raise _unavailable() from error


class _Unclosable:
    """The caller's stream as boto3 needs it: never closed by it, and never short before its end.

    boto3 takes a read that brings less than it asked for as the end, and stores what it has until then.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream

    def read(self, size: int = -1) -> bytes:
        """The next `size` bytes, fewer only at the end; all that is left if negative."""
        blocks, left = [], size
        while left and (block := self.stream.read(left if size >= 0 else BLOCK)):
            blocks.append(block)
            left -= len(block) if size >= 0 else 0
        return b"".join(blocks)


def _unavailable() -> Unavailable:
    return Unavailable(_l("The file store does not answer now. Please try again later."), service="storage")
