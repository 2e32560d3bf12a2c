"""No name leads into our own network: every answer of it is looked at, every time it is resolved."""

from __future__ import annotations

from typing import Any

import pytest
from scrapy.resolver import dnscache
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer

from crawl.middlewares import GuardResolver, refused_name


@implementer(IHostnameResolver)
class Names:
    """A resolver that answers what it is told, one list after the other."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    def resolveHostName(self, receiver: Any, name: str, *args: Any) -> Any:  # noqa: N802
        receiver.resolutionBegan(None)
        for one in self.answers.pop(0):
            receiver.addressResolved(IPv6Address("TCP", one, 80) if ":" in one else IPv4Address("TCP", one, 80))
        receiver.resolutionComplete()


@implementer(IResolutionReceiver)
class Taken:
    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.done = False

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802
        pass

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        self.addresses.append(address.host)

    def resolutionComplete(self) -> None:  # noqa: N802
        self.done = True


class Reactor:
    def __init__(self, names: Names) -> None:
        self.nameResolver = names


def resolve(name: str, *answers: list[str], cache: int = 0) -> list[list[str]]:
    dnscache.clear()
    resolver = GuardResolver(Reactor(Names(*answers)), cache, frozenset({"127.0.0.1"}))
    found = []
    for _ in range(max(len(answers), 2 if cache else 1)):
        taken = Taken()
        resolver.resolveHostName(taken, name)
        assert taken.done
        found.append(taken.addresses)
    dnscache.clear()
    return found


PRIVATE = ["127.0.0.1", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
           "224.0.0.1", "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
           "255.255.255.255", "198.18.0.1", "::"]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_names_of_our_own_network(address: str) -> None:
    assert resolve(f"x{address}.example", [address]) == [[]]
    assert refused_name(f"x{address}.example") is not None


def test_of_mixed_answers_only_public_ones_are_used() -> None:
    """A name may not smuggle a private address in among public ones."""
    assert resolve("mixed.example", ["8.8.8.8", "127.0.0.1", "fd00::1", "2001:4860:4860::8888"]) == [
        ["8.8.8.8", "2001:4860:4860::8888"]
    ]


def test_a_name_that_changes_its_answer() -> None:
    """Rebinding: public at the first look, loopback at the second."""
    assert resolve("rebind.example", ["8.8.8.8"], ["127.0.0.1"], ["8.8.4.4"]) == [["8.8.8.8"], [], ["8.8.4.4"]]


def test_what_the_cache_holds_is_looked_at_too() -> None:
    assert resolve("cached.example", ["10.0.0.1", "8.8.8.8"], cache=10) == [["8.8.8.8"], ["8.8.8.8"]]


def test_a_literal_that_is_allowed() -> None:
    assert resolve("127.0.0.1", ["127.0.0.1"]) == [["127.0.0.1"]]
