"""Error catalogues: what APIs promise about their errors, as data.

A catalogue is a TOML file (:mod:`errlint.catalogue.schema`), read and checked by :func:`load_catalogue`;
:class:`Catalogues` says which of them a piece of code speaks to.
"""

from errlint.catalogue.collection import Catalogues
from errlint.catalogue.load import catalogue_problems, load_catalogue, load_catalogues
from errlint.catalogue.model import Catalogue, Envelope, RetryAfter
from errlint.catalogue.places import Place, parse_json_path
from errlint.catalogue.schema import Format, Retry, Wait
from errlint.catalogue.verdicts import Verdict

__all__ = [
    "Catalogue",
    "Catalogues",
    "Envelope",
    "Format",
    "Place",
    "Retry",
    "RetryAfter",
    "Verdict",
    "Wait",
    "catalogue_problems",
    "load_catalogue",
    "load_catalogues",
    "parse_json_path",
]
