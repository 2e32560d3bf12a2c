"""An object store of one's own on loopback: moto's server, which speaks the S3 protocol, in this process."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from flows import objects

BUCKET = "yujue-test"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "YUJUE_STORE_SECONDS": "10",
}


class Server:
    """A server that can go away and come back, with all it holds, at the same address."""

    def __init__(self, server_of: Any) -> None:
        self._server_of = server_of
        self._port = 0
        self.start()

    def start(self) -> None:
        self._server = self._server_of(ip_address="127.0.0.1", port=self._port, verbose=False)
        self._server.start()
        _, self._port = self._server.get_host_and_port()

    def stop(self) -> None:
        self._server.stop()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"


@contextmanager
def s3_server(working_copies: Path) -> Iterator[Server]:
    """A server with one empty bucket; the environment names it, for child processes too."""
    pytest.importorskip("s3fs", reason="pip install 'yujue[object-store]'")
    server_of = pytest.importorskip("moto.server", reason="pip install 'yujue[dev]'").ThreadedMotoServer
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = Server(server_of)
    with environment(AWS_ENDPOINT_URL=server.address, YUJUE_WORKING_COPIES=str(working_copies), **ENVIRONMENT):
        empty = Request(f"{server.address}/moto-api/reset", method="POST")  # what an earlier one of this process held
        urlopen(empty).close()
        objects._filesystem("s3", os.getpid()).mkdir(BUCKET)
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """These variables while the block runs; whoever asks the store meanwhile is a client of its own."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in values.items():
            patch.setenv(name, value)
        objects._filesystem.cache_clear()
        try:
            yield
        finally:
            objects._filesystem.cache_clear()
