"""Which API does a call talk to? Host before SDK, both before configuration."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

import libcst as cst

from errlint.catalogue import Catalogue, Catalogues
from errlint.semantics.constants import Constants

_URL_ARGUMENTS = frozenset({"url", "base_url", "endpoint", "endpoint_url", "api_base", "host", "server"})


class ApiBinding:
    """Binds calls to catalogues.

    :param default: the API that the command line or the configuration names for this file, if any.
    """

    def __init__(self, catalogues: Catalogues, constants: Constants, default: Catalogue | None) -> None:
        self._catalogues = catalogues
        self._constants = constants
        self._default = default

    def of_arguments(self, arguments: Sequence[cst.Arg]) -> tuple[Catalogue | None, bool]:
        """The API whose host stands in an argument, and whether any host was seen at all.

        A host that no catalogue knows binds to nothing: it is evidence that the call is *not* for the API the SDK was made for.
        """
        for argument in arguments:
            if argument.keyword is not None and argument.keyword.value not in _URL_ARGUMENTS:
                continue
            prefix = self._constants.url_prefix(argument.value)
            if "://" in prefix:
                url = _split(prefix)
                if url is not None and url[0]:
                    return self._catalogues.for_host(url[0], url[1]), True
        return None, False

    def of_call(self, call: cst.Call, root: str | None, inherited: Catalogue | None) -> Catalogue | None:
        """The API of a call: by host, by the client it is made on, by the import root of its SDK, by configuration."""
        bound, seen = self.of_arguments(call.args)
        if seen:
            return bound
        return inherited or self.of_import(root)

    def of_import(self, root: str | None) -> Catalogue | None:
        """The API that an SDK's import root stands for, or the configured one."""
        return (self._catalogues.for_import(root) if root else None) or self._default


def _split(prefix: str) -> tuple[str, str] | None:
    try:
        url = urlsplit(prefix)
        return (url.hostname or "", url.path)
    except ValueError:
        return None
