"""The words of the semantic layer: what a value can mean, and how we know."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

import libcst as cst

from errlint.catalogue import Catalogue
from errlint.lean import dataclass
from errlint.semantics.project.summaries import Spot
from errlint.sheets.library import TypeSheet


class Kind(Enum):
    """What a value means; the value of each member is how messages name it."""

    RESPONSE = "the response"
    EXCEPTION = "the exception"
    CLIENT = "the client"
    OBJECT = "an object of the library"
    INSTANCE = "an instance of a class of the project"
    CALL = "the result of an HTTP call"
    STATUS = "the HTTP status"
    OK = "whether the status is a success"
    REASON = "the HTTP reason phrase"
    HEADERS = "the headers"
    HEADER = "a header"
    BODY = "the body"
    TEXT = "the text of the body"
    CODE = "the error code"
    MESSAGE = "the error message"
    REQUEST_ID = "the request id"
    RETRY_AFTER = "the wait that the server asks for"


@dataclass(frozen=True, eq=False)
class Place:
    """A node of this file, and what the value became there.

    :ivar http: an HTTP call is made here; :ivar elsewhere: places in other files through which the value came here.
    """

    node: cst.CSTNode
    note: str
    http: bool = False
    elsewhere: tuple[Spot, ...] = ()


@dataclass(frozen=True, eq=False)
class Evidence:
    """How we know that a piece of code does something; the trail is never empty."""

    trail: tuple[Place, ...]


@dataclass(frozen=True)
class Bound:
    """The API that a value comes from.

    :ivar catalogue: None where something shows that it is one that no catalogue knows; :ivar because: how we know, for people.
    """

    catalogue: Catalogue | None
    because: str


@dataclass(frozen=True, eq=False)
class Meaning:
    """What an expression is, and how we know.

    :ivar trail: from where the value was born to here; never empty. :ivar sheet: the type, for responses, exceptions, clients.
    :ivar api: the API that it comes from, and why, where anything is known of that. :ivar path: keys from the root of the body to a
    value in it (``"*"`` for an item of a list). :ivar origin: the response or exception that the value was taken from.
    :ivar from_exception: the text was made of an exception (``str(e)``), not read from a field.
    :ivar proven: False for the exception of a handler that shows no HTTP call: only further evidence makes it one.
    :ivar succeeded: another module has taken it from its answer, and sorted the errors out before.
    """

    kind: Kind
    trail: tuple[Place, ...]
    sheet: TypeSheet | None = None
    api: Bound | None = None
    path: tuple[str | int, ...] = ()
    name: str = ""
    origin: Meaning | None = None
    from_exception: bool = False
    expression: cst.BaseExpression | None = None
    proven: bool = True
    succeeded: bool = False

    @property
    def catalogue(self) -> Catalogue | None:
        """The catalogue of the API, where the call could be bound to one."""
        return self.api.catalogue if self.api is not None else None

    @property
    def says_all(self) -> bool:
        """Whether a text is all that an exception says (``str(e)``), not one field of it (``e.message``)."""
        return self.from_exception and self.name in ("str", "args")

    def via(self, node: cst.CSTNode, note: str) -> Meaning:
        """The same value after one more place."""
        return replace(self, trail=(*self.trail, Place(node, note)))

    def becomes(self, kind: Kind, expression: cst.BaseExpression, note: str = "", **changes: object) -> Meaning:
        """Another meaning taken from this value at ``expression``."""
        trail = (*self.trail, Place(expression, note)) if note else self.trail
        origin = self if self.kind in (Kind.RESPONSE, Kind.EXCEPTION) else self.origin
        return replace(self, kind=kind, trail=trail, origin=origin, expression=expression, **changes)  # type: ignore[arg-type]
