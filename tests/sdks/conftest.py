"""The built-in catalogues, as in the tests of catalogues."""

from tests.catalogue.conftest import built_in

__all__ = ["built_in"]
