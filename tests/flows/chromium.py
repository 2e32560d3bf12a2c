"""The one driver of a real browser for tests: headless Chromium over its DevTools protocol; it reaches loopback only.

One process serves many tests: `browser` of `conftest.py`. `visit` opens an address and waits for it; what the page
asked for and complained about since then is in `seen`.
"""

from __future__ import annotations

import base64
import itertools
import json
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

BINARIES = ("chromium", "chromium-browser", "google-chrome", "chrome")
SECONDS = 60.0
CODES = {"Enter": 13, "Escape": 27, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}


def find_chromium() -> str | None:
    return next((found for name in BINARIES if (found := shutil.which(name))), None)


@dataclass
class Visit:
    """What one page did. requests: addresses asked for; errors: console errors, exceptions, refused loads."""

    url: str
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def foreign(self) -> list[str]:
        """Requests to anything but this machine and the page itself."""
        return [one for one in self.requests if not re.match(r"(?:http://127\.0\.0\.1:|file:///|data:|about:)", one)]


class Chromium:
    """One browser with one page. Every host but 127.0.0.1 resolves to nothing."""

    def __init__(self, process: subprocess.Popen[bytes], profile: Path, address: str) -> None:
        self.process = process
        self.profile = profile
        self._ids = itertools.count(1)
        self._socket: ClientConnection = connect(address, max_size=64 * 1024 * 1024, open_timeout=SECONDS, proxy=None)
        self._session = ""
        self.events: list[dict[str, Any]] = []
        self._fresh()

    @classmethod
    def start(cls, binary: str) -> Chromium:
        profile = Path(tempfile.mkdtemp(prefix="yujue-chromium-"))
        process = subprocess.Popen(
            [
                binary, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-extensions", "--disable-default-apps", "--mute-audio", "--hide-scrollbars", "--lang=zh-CN",
                "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
                f"--user-data-dir={profile}", "--remote-debugging-port=0", "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        port = profile / "DevToolsActivePort"
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            if port.is_file() and len(lines := port.read_text().splitlines()) == 2:
                return cls(process, profile, f"ws://127.0.0.1:{lines[0]}{lines[1]}")
            if process.poll() is not None:
                break
            time.sleep(0.05)
        process.kill()
        process.wait()
        shutil.rmtree(profile, ignore_errors=True)
        raise RuntimeError("Chromium did not start")

    def close(self) -> None:
        self._socket.close()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def reset(self) -> None:
        """A new page without cookies, storage or emulation, as if the browser had just been started."""
        old, self._session = self._target, ""
        self._call("Storage.clearCookies")
        self._fresh()
        session, self._session = self._session, ""
        self._call("Target.closeTarget", targetId=old)
        self._session = session
        self.events.clear()

    def _fresh(self) -> None:
        self._target = str(self._call("Target.createTarget", url="about:blank")["targetId"])
        self._session = self._call("Target.attachToTarget", targetId=self._target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self._call(f"{domain}.enable")

    def look(self, *, width: int = 1280, height: int = 900, dark: bool = False, mobile: bool = False) -> None:
        """The window and the theme the next pages are seen in."""
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self._call("Emulation.setEmulatedMedia", features=scheme)

    def visit(self, url: str) -> Visit:
        """Open an address and wait until it has loaded and is quiet."""
        self.events.clear()
        self._call("Page.navigate", url=url)
        self._until("Page.loadEventFired")
        self.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)))")
        return self.seen(url)

    def seen(self, url: str = "") -> Visit:
        """What happened since the last visit (or `forget`) began."""
        visit = Visit(url)
        addresses: dict[str, str] = {}
        for event in self.events:
            method, said = event["method"], event["params"]
            if method == "Network.requestWillBeSent":
                visit.requests.append(said["request"]["url"])
                addresses[said["requestId"]] = said["request"]["url"]
            elif method == "Network.loadingFailed" and not said.get("canceled"):
                visit.failed.append(f"{addresses.get(said['requestId'], '?')} {said.get('errorText')}")
            elif method == "Network.responseReceived" and said["response"]["status"] >= 400:
                visit.failed.append(f"{said['response']['url']} {said['response']['status']}")
            elif method == "Runtime.consoleAPICalled" and said["type"] in ("error", "warning", "assert"):
                visit.errors.append(str([one.get("value") for one in said["args"]]))
            elif method == "Runtime.exceptionThrown":
                visit.errors.append(str(said["exceptionDetails"].get("exception", said["exceptionDetails"])))
            elif method == "Log.entryAdded" and said["entry"]["level"] in ("error", "warning"):
                visit.errors.append(f"{said['entry']['text']} {said['entry'].get('url', '')}")
        return visit

    def evaluate(self, script: str) -> Any:
        """The value of an expression in the page; a promise is awaited. Raises RuntimeError with what it threw."""
        found = self._call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise RuntimeError(str(found["exceptionDetails"]))
        return found["result"].get("value")

    def wait_for(self, script: str, seconds: float = SECONDS) -> None:
        """Until the expression is true; a page that is just changing is asked again. Raises TimeoutError."""
        end = time.monotonic() + seconds
        while not self._holds(script):
            if time.monotonic() > end:
                raise TimeoutError(f"never: {script}; at {self.evaluate('location.href')}; {self.seen().errors}")
            time.sleep(0.03)

    def _holds(self, script: str) -> bool:
        try:
            return bool(self.evaluate(f"Boolean({script})"))
        except RuntimeError as error:
            if "context" in str(error):  # the page went away while it was asked
                return False
            raise

    def press(self, key: str) -> None:
        """Press a key as a person does: a character, or one of CODES."""
        text = key if len(key) == 1 else "\r" if key == "Enter" else ""
        code = CODES.get(key, 0)
        for kind in ("keyDown", "keyUp"):
            said = text if kind == "keyDown" else ""
            self._call("Input.dispatchKeyEvent", type=kind, key=key, text=said, windowsVirtualKeyCode=code)

    def type(self, text: str) -> None:
        """Put a text in where the cursor is."""
        self._call("Input.insertText", text=text)

    def picture(self, *, whole: bool = False) -> bytes:
        """A PNG of the window, or of the whole page."""
        found = self._call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return base64.b64decode(found["data"])

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._ids)
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        while True:
            answer = json.loads(self._socket.recv(timeout=SECONDS))
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result
            if "method" in answer:
                self.events.append(answer)

    def _until(self, method: str) -> None:
        while not any(event["method"] == method for event in self.events):
            answer = json.loads(self._socket.recv(timeout=SECONDS))
            if "method" in answer:
                self.events.append(answer)
