"""The catalogue of an API that no pack knows, as a user would write it."""

from __future__ import annotations

CATALOGUE = """schema = 1
[api]
id = "acme"
name = "Acme"
hosts = ["api.acme.example"]
[envelope]
code = [{ json = "$.error.code" }]
message = [{ json = "$.error.message" }]
[[code]]
names = ["PART_GONE"]
status = [404]
retry = "no"
messages = { PART_GONE = ["the part is gone"] }
"""
