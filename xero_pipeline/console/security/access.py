"""Who may use the console: whoever is at this machine, who knows the password, or whom a reverse
proxy has signed in."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from pydantic import SecretStr
from starlette.requests import Request

from xero_pipeline.console.errors import PasswordHashUnusable, ProxyMisconfigured
from xero_pipeline.console.security.sessions import Session
from xero_pipeline.settings import Settings


@dataclass(frozen=True)
class TrustedProxy:
    """A reverse proxy that signs people in and names them in a header.

    Attributes:
        header: which holds the person's name; the proxy must drop what others send in it.
        network: where the proxy's requests come from; the header of any other is ignored.
    """

    header: str
    network: IPv4Network | IPv6Network

    def person(self, request: Request) -> str | None:
        if request.client is None or ip_address(request.client.host) not in self.network:
            return None
        return request.headers.get(self.header) or None


@dataclass(frozen=True)
class Access:
    """How people are let in; with neither a password nor a proxy, all who can reach it are."""

    password_hash: SecretStr | None = None
    proxy: TrustedProxy | None = None

    @classmethod
    def of(cls, settings: Settings) -> Access:
        """Raises PasswordHashUnusable, ProxyMisconfigured."""
        return cls(_password_hash(settings.console_password_hash), _proxy(settings))

    @property
    def is_open(self) -> bool:
        return self.password_hash is None and self.proxy is None

    def person(self, request: Request, session: Session) -> str | None:
        """Who asks; None: somebody who has to sign in first."""
        if self.proxy is not None:
            return self.proxy.person(request)
        return session.person or (getpass.getuser() if self.is_open else None)

    def opens(self, password: str) -> bool:
        """Whether this is the password. Takes a tenth of a second by design."""
        if self.password_hash is None:
            return False
        try:
            return PasswordHasher().verify(self.password_hash.get_secret_value(), password)
        except VerifyMismatchError:
            return False


def hashed(password: str) -> str:
    """What XERO_CONSOLE_PASSWORD_HASH is to be, for a password: argon2id."""
    return PasswordHasher().hash(password)


def _password_hash(given: SecretStr | None) -> SecretStr | None:
    if given is not None:
        try:
            PasswordHasher().check_needs_rehash(given.get_secret_value())
        except InvalidHashError:
            raise PasswordHashUnusable from None
    return given


def _proxy(settings: Settings) -> TrustedProxy | None:
    header, network = settings.console_trusted_header, settings.console_trusted_proxy
    if header is None and network is None:
        return None
    if header is None or network is None:
        raise ProxyMisconfigured("one of the two is missing")
    try:
        return TrustedProxy(header, ip_network(network))
    except ValueError as error:
        raise ProxyMisconfigured(str(error)) from None
