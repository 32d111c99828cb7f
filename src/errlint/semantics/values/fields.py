"""What a value at a path of a JSON body means: by the API's catalogue, else by the names that error bodies have in common."""

from __future__ import annotations

from typing import Literal

from errlint.body_keys import (
    CODES,
    ENVELOPES,
    ERRORS,
    LISTED,
    MESSAGES,
    ONLY_IN_ERRORS,
    PARTS,
    REQUEST_IDS,
    RESULTS,
    SENTENCES,
    STATES,
    SUCCESSES,
)
from errlint.catalogue import Catalogue, Catalogues
from errlint.catalogue.model import Envelope
from errlint.catalogue.places import Place
from errlint.semantics.meaning import Kind, Meaning

Path = tuple[str | int, ...]

_MESSAGE_HEADERS = frozenset({"error_message", "error_description", "error_detail", "errormessage"})
_FAILURES = frozenset({"error", "fail", "failed", "failure"})
_SUCCESSES = frozenset({"success", "ok", "succeeded", "successful"})


def matches(pattern: Path, path: Path) -> bool:
    """Whether a path leads to a place; ``"*"`` on either side stands for any index."""
    if len(pattern) != len(path):
        return False
    return all(
        wanted == found or (wanted == "*" and isinstance(found, int)) or (found == "*" and isinstance(wanted, int))
        for wanted, found in zip(pattern, path, strict=True)
    )


def kind_at(path: Path, catalogue: Catalogue | None) -> Kind | None:
    """What stands at ``path``: a code, a message, a request id, or None for anything else.

    A bound catalogue that knows the place decides alone; the common names serve everything else.
    """
    if not path:
        return None
    if catalogue is not None:
        envelope = catalogue.envelope
        for places, kind in (
            (envelope.code, Kind.CODE),
            (envelope.message, Kind.MESSAGE),
            (envelope.request_id, Kind.REQUEST_ID),
            (tuple(place for place in envelope.status if place.type != "str"), Kind.STATUS),
        ):
            if any(place.json is not None and matches(place.json, path) for place in places):
                return kind
    last = path[-1]
    if not isinstance(last, str) or last == "*":
        # an item of a list of messages: errors[0], errorMessages[*]
        return Kind.MESSAGE if len(path) > 1 and _in_errors(path[:-1]) and str(path[-2]).lower() in ERRORS else None
    key = last.lower()
    if key in MESSAGES:
        return Kind.MESSAGE
    if key in CODES and _in_errors(path[:-1]):
        return Kind.CODE
    return Kind.REQUEST_ID if key in REQUEST_IDS else None


def kind_of_header(name: str) -> Kind:
    """What a header is: the wait that the server asks for, the message of the error (``X-Error-Message``), or only a header."""
    plain = name.lower()
    if plain == "retry-after":
        return Kind.RETRY_AFTER
    return Kind.MESSAGE if plain.removeprefix("x-").replace("-", "_") in _MESSAGE_HEADERS else Kind.HEADER


def likely_part(path: Path, envelope: Envelope) -> Literal["code", "message", "request_id"] | None:
    """The part of an error that a value is, going by its key: one that error bodies have in common, or the API's own for that part."""
    last = path[-1]
    if not isinstance(last, str) or last == "*":
        return None
    key = last.lower()
    if key in REQUEST_IDS or _is_key_of(last, envelope.request_id):
        return "request_id"
    if key in MESSAGES or _is_key_of(last, envelope.message):
        return "message"
    return "code" if key in ("code", "error_code", "errorcode") or _is_key_of(last, envelope.code) else None


def may_be_part(key: str, catalogues: Catalogues) -> bool:
    """Whether a key may be that of a part of an error, as :func:`likely_part` tells for one of these APIs."""
    return key.lower() in PARTS or key in catalogues.part_keys


def _is_key_of(key: str, places: tuple[Place, ...]) -> bool:
    return any(place.json is not None and place.json[-1] == key and key not in ERRORS for place in places)


def code_place(meaning: Meaning) -> Place | None:
    """Where the API that a code was read from has that code; None where nothing shows that it is one of the API's codes.

    Other values are kept under the names of codes, too: the type of an error, codes of a wrapper's own.
    """
    catalogue = meaning.catalogue
    if meaning.kind is not Kind.CODE or catalogue is None:
        return None
    places = catalogue.envelope.code
    if meaning.path:
        return next((place for place in places if place.json is not None and matches(place.json, meaning.path)), None)
    # an attribute of an SDK's exception
    named = next((place for place in places if place.json and place.json[-1] == meaning.name), None)
    expressions = (sdk.attrs.get("code", "") for sdk in catalogue.sdks)
    if named is None and any(expression == meaning.name for expression in expressions):
        return places[0] if places else None
    return named


def names_error(path: Path) -> bool:
    """Whether the path itself says that this is an error (``error.message``, ``errors[0].detail``, ``error_description``)."""
    if is_in_row(path):
        return False
    return _in_errors(path) or (bool(path) and str(path[-1]).lower() in ("error_description", "error_message", "errormessage"))


def is_for_people(path: Path) -> bool:
    """Whether the key of a value is one under which sentences stand: not ``error["__type"]``, whatever words that holds."""
    last = next((key for key in reversed(path) if isinstance(key, str) and key != "*"), "")
    return last.lower() in SENTENCES


def is_in_row(path: Path) -> bool:
    """Whether a value is part of an item of a list that is no list of errors: what such a row says is data, be it of a test that failed."""
    first = next((index for index, key in enumerate(path) if isinstance(key, int) or key == "*"), None)
    return first is not None and not _in_errors(path[:first])


def _in_errors(path: Path) -> bool:
    return any(str(key).lower() in ERRORS for key in path)


def names_errors(path: Path) -> bool:
    """Whether the value at the path is the error itself, or the list of errors: its presence says that the call failed."""
    return bool(path) and str(path[-1]).lower() in ERRORS


def is_listed_error(path: Path) -> bool:
    """Whether a value is of the list of all that was wrong with the request, which is there if nothing was, too."""
    return any(str(key).lower() in LISTED for key in path)


def is_of_thing(path: Path) -> bool:
    """Whether a value stands under the name of something in the body: ``company["headcount"]["error"]`` is that of the number."""
    return any(isinstance(key, str) and key != "*" and key.lower() not in ENVELOPES | ERRORS for key in path[:-1])


def names_success(path: Path) -> bool:
    """Whether the value at the path says if the call succeeded (``success``, ``ok``)."""
    return bool(path) and str(path[-1]).lower() in SUCCESSES


def is_failure(word: str) -> bool:
    """Whether a state that a body gives itself (``"status": "error"``) is a failure."""
    return word.lower() in _FAILURES


def is_kept_for_errors(key: str) -> bool:
    """Whether a body has this key only if it is an error: its presence says that the call failed."""
    return key.lower() in (ERRORS | ONLY_IN_ERRORS) - LISTED


def names_result(path: Path) -> bool:
    """Whether the value at the path may be a number that is 0 for success (``"errcode": 0``)."""
    return bool(path) and str(path[-1]).lower() in RESULTS


def names_state(path: Path) -> bool:
    """Whether the value at the path may be the state that a body gives itself (``"status": "error"``)."""
    return bool(path) and str(path[-1]).lower() in STATES


def is_success(word: str) -> bool:
    """Whether a state that a body gives itself (``"status": "success"``) is a success."""
    return word.lower() in _SUCCESSES
