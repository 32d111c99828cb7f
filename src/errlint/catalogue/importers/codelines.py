"""Which lines of a text without markup are code, and where a body in JSON ends."""

from __future__ import annotations

import re

_CODE = re.compile(
    r"""\s*(?:
        (?:import|from)\s+[\w{*"'.@].*(?:\bimport\b|\bfrom\b|;$|["']$) | import\s+[\w.]+$
      | (?:const|let|var)\s+[\w{\[] | (?:async\s+)?function\b | (?:export|return|throw|await|yield|raise)\b.*[;)(}\]"'\w]$(?<![.!?])
      | (?:if|for|while|switch|catch|except|elif|with)\b.*[:{(]\s*$ | (?:try|else|finally|do)\s*[:{]
      | (?:case\s+["'\d]\S*|default)\s*:$ | (?:break|continue|pass)\s*;?$ | return;?$
      | (?:def|class)\s+\w+.*:\s*$ | print\( | console\. | curl\s | \$\s\w | -[HXd]\s | --?[a-z][\w-]*\s+['"].*\\?$
      | //\s | \#\s(?=\w) | /\*|\*/ | [}\])]+[;,)]*\s*(?:$|else|catch|finally|while) | @\w+ | <\?php | \#include
      | (?:GET|POST|PUT|PATCH|DELETE)\s+/ | HTTP/\d
      | [\w.\[\]"']+\s*(?:=|\+=|:=)\s*\S.*[;)}\]"'\w]$(?<![.!?]) | [\w.]+\(.*\)\s*;?$ | [\w.]+\(.*[({\[,]$
      | ["']?[\w-]+["']?:\s.*[,{\[]$ | \.\w+\(
    )""",
    re.VERBOSE,
)
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_JSON_START = re.compile(r'\s*(?:\{\s*(?:["}]|\.\.\.|…|//|$)|\[\s*(?:[{"\]\d]|$))', re.MULTILINE)
_BRACKETS = {"{": "}", "[": "]", "(": ")"}


def is_code_line(line: str) -> bool:
    """Whether a line is code of some language rather than words."""
    return bool(_CODE.match(line))


def braces_open(text: str) -> bool:
    """Whether braces are open at the end of a piece of code."""
    bare = _STRING.sub("", text)
    return bare.count("{") > bare.count("}")


def json_end(text: str) -> int:
    """Where the JSON that a text begins with ends; 0 if there is none. Placeholders (``{ ... }``) and comments may stand in it."""
    if not _JSON_START.match(text):
        return 0
    open_: list[str] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char == '"':
            string = _STRING.match(text, at)
            if string is None:
                return 0
            at = string.end()
            continue
        if char in _BRACKETS:
            open_.append(_BRACKETS[char])
        elif char in "}])":
            if not open_ or open_.pop() != char:
                return 0
            if not open_:
                return at + 1
        at += 1
    return 0
