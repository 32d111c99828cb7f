"""Which API does a call talk to, and how do we know?

From the most to the least certain: a comment on the statement or around it; the host of the address; the client that the call is made on;
the SDK that it is made with; a comment at the top of the file, and the configuration. Where several vendors answer to an SDK, a host that
no catalogue knows is evidence that it is *not* used for the API it was made for; an address that only shows at run time leaves that open.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import libcst as cst

from errlint.catalogue import Catalogues
from errlint.semantics.meaning import Bound, Meaning
from errlint.semantics.program.names import Names
from errlint.semantics.program.tree import Tree
from errlint.semantics.values.addresses import Address, Addresses
from errlint.semantics.values.said_apis import SaidApis
from errlint.sheets.libraries import Libraries

_BASE_ARGUMENTS = frozenset({"base_url", "baseurl", "api_base", "api_url", "endpoint_url", "azure_endpoint"})
"""Keywords that mean the address of the API wherever they stand; the `url` of an SDK's call may be that of a web hook."""
_HOST_ARGUMENTS = frozenset({"host", "hostname", "server", "domain", "api_host"})
_URL_ARGUMENTS = _HOST_ARGUMENTS | frozenset({
    *_BASE_ARGUMENTS, "url", "base", "endpoint", "api_endpoint", "instance_url", "server_url", "service_url", "root_url", "host_url", "uri",
    "base_uri",
})  # fmt: skip
"""Keywords that hold the address of an API. Proxies, callbacks and images have addresses, too, under other names."""


class ApiBinding:
    """Binds the calls and exceptions of one file to catalogues.

    :param default: the API that the command line or the configuration names for this file, if any.
    """

    def __init__(
        self,
        tree: Tree,
        names: Names,
        catalogues: Catalogues,
        libraries: Libraries,
        *,
        addresses: Addresses,
        said: SaidApis,
        default: Bound | None,
    ) -> None:
        self._tree = tree
        self._names = names
        self._catalogues = catalogues
        self._libraries = libraries
        self._addresses = addresses
        self._said = said
        self._default = said.whole_file or default

    def of_call(self, call: cst.Call, name: str | None = None, inherited: Bound | None = None) -> Bound | None:
        """The API of a call, or of the client that it makes.

        :param name: the dotted name of what is called, if it is imported; :param inherited: the API of the client that it is called on.
        """
        said = self._said.of(call)
        if said is not None:
            return said
        address = self._address(call, sdk=inherited is None and self._is_sdk_function(name))
        if inherited is not None and (address is None or address.is_unknown):
            return inherited
        return self._of_client(name, address)

    def named(self, api: str, because: str) -> Bound | None:
        """The API with this id, as another module knows it; ``-`` is one that no catalogue knows."""
        if not api:
            return None
        return Bound(None if api == "-" else self._catalogues.get(api), because)

    def of_client_call(self, call: cst.Call, client: Bound | None) -> Bound | None:
        """The API of a call on an SDK's client: nothing that it is given is an address of the API."""
        return self._said.of(call) or client

    def _of_client(self, name: str | None, address: Address | None) -> Bound | None:
        """The API of what is made, or called, by a dotted name with this address."""
        host = self._of_host(address) if address is not None else None
        if host is not None and host.catalogue is not None:
            return host
        sdk = self._catalogues.for_name(name) if name else None
        if name is not None and sdk is not None and (address is None or not sdk.is_imitated(name)):
            # whatever the address is: a vendor's own SDK calls the vendor's API, on the customer's premises maybe
            return Bound(sdk, f"the SDK `{_root(name)}`")
        return self._default or host

    def of_name(self, name: str, node: cst.CSTNode) -> Bound | None:
        """The API that a dotted name of an SDK (``stripe.CardError``) stands for at a place, else the one named for the whole file."""
        said = self._said.of(node)
        if said is not None:
            return said
        clients = self._clients.get(_root(name), [])
        if not clients:
            return self._of_client(name, None)
        agreed = clients[0] if len({bound.catalogue for bound in clients}) == 1 else None
        return agreed if agreed is not None and agreed.catalogue is not None else self._default

    def of_error(self, name: str, handler: cst.CSTNode, calls: Sequence[Meaning], given: Sequence[Meaning] = ()) -> Bound | None:
        """The API whose errors a handler of type ``name`` catches, given the HTTP calls in its ``try``.

        :param given: those of the calls that are made on clients of the same SDK which other modules have made.
        """
        if given:
            return self._said.of(handler) or self.of_calls(given) or self._default
        own = [call for call in calls if any(_root(self._called(place.node)) == _root(name) for place in call.trail)]
        if not own and self._catalogues.for_name(name) is None:
            own = list(calls)
        return self.of_calls(own) or self.of_name(name, handler)

    def of_calls(self, calls: Sequence[Meaning]) -> Bound | None:
        """The API that all these calls talk to; None when they do not agree."""
        bounds = [call.api for call in calls]
        return bounds[0] if len({bound.catalogue if bound is not None else None for bound in bounds}) == 1 else None

    def _called(self, node: cst.CSTNode) -> str:
        return (self._names.qualified(node.func) or "") if isinstance(node, cst.Call) else ""

    def _is_sdk_function(self, name: str | None) -> bool:
        """`stripe.Charge.create`, but neither `stripe.StripeClient` nor `requests.get`."""
        return name is not None and self._libraries.type(name) is None and self._catalogues.for_name(name) is not None

    def _address(self, call: cst.Call, *, sdk: bool = False) -> Address | None:
        """The address among the arguments; None when there is none, or it says nothing of a host.

        :param sdk: it is a function of an SDK, whose arguments are mostly about other addresses.
        """
        keywords = _BASE_ARGUMENTS if sdk else _URL_ARGUMENTS
        for argument in call.args:
            if argument.star or (sdk if argument.keyword is None else argument.keyword.value.lower() not in keywords):
                continue
            address = self._addresses.of(argument.value)
            if address is None:
                continue
            address = self._before_a_path(address)
            if address.bare and not self._is_host(argument, address):
                continue
            if address.host or address.variable or argument.keyword is not None:
                return address
        return None

    def _before_a_path(self, address: Address) -> Address:
        """What follows the whole host of an API without being known is a path; else the host may go on."""
        if address.names_a_place:
            return address
        return next((found for found in address.beginnings() if self._catalogues.for_host(found.host) is not None), address)

    def _is_host(self, argument: cst.Arg, address: Address) -> bool:
        """A host without a scheme: under a keyword for hosts, or one that a catalogue knows; any other text may have a dot in it, too."""
        by_keyword = argument.keyword is not None and argument.keyword.value.lower() in _HOST_ARGUMENTS
        return by_keyword or self._catalogues.for_host(address.host, address.path) is not None

    def _of_host(self, address: Address) -> Bound | None:
        """The API at an address; with a host that no catalogue knows, none; None when the host is not known."""
        if address.names_a_place:
            found = self._catalogues.for_host(address.host, address.path)
            because = f"the host `{address.shown}`" if found is not None else f"no catalogue knows the host `{address.shown}`"
            return Bound(found, because)
        found = self._catalogues.for_variable(address.variable) if address.variable else None
        return None if found is None else Bound(found, f"the environment variable `{address.variable}`")

    @cached_property
    def _clients(self) -> dict[str, list[Bound]]:
        """By the root of an SDK, the APIs of the clients of it that this file makes."""
        found: dict[str, list[Bound]] = {}
        for call in self._tree.all(cst.Call):
            name = self._called(call)
            sheet = self._libraries.type(name) if name else None
            if sheet is None or sheet.is_a != "client":
                continue
            if self._catalogues.for_name(name) is not None:
                bound = self._said.of(call) or self._of_client(name, self._address(call))
                found.setdefault(_root(name), []).append(bound or Bound(None, "its address only shows at run time"))
        return found


def _root(name: str) -> str:
    return name.partition(".")[0]
