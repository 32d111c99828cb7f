"""What a shell proposes for words that only the installed rule packs know. Packs are imported when somebody presses the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from errlint.errors import UsageProblem

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem


def rule_words(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Ids and names of rules; of a list, for its last word."""
    from click.shell_completion import CompletionItem

    from errlint import registry

    before, comma, word = incomplete.rpartition(",")
    try:
        rules = registry.rules()
    except UsageProblem:
        return []
    words = [(rule.id, rule.title) for rule in rules] + [(rule.name, rule.title) for rule in rules]
    return [CompletionItem(f"{before}{comma}{name}", help=title) for name, title in words if name.lower().startswith(word.lower())]


def explained(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """All that can be explained: rules, what the tool says of itself, codes after the id of their API."""
    from click.shell_completion import CompletionItem

    from errlint import registry
    from errlint.own_findings import own_texts

    api_id, colon, code = incomplete.partition(":")
    if colon:
        try:
            api = registry.catalogues().require(api_id)
        except UsageProblem:
            return []
        return [CompletionItem(f"{api_id}:{name}") for name in api.names if name.startswith(code)]
    own = [(word, text.title) for text in own_texts() for word in (text.id, text.name)]
    return [
        *rule_words(context, parameter, incomplete),
        *(CompletionItem(word, help=title) for word, title in own if word.lower().startswith(incomplete.lower())),
    ]


def api_ids(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The ids of the catalogues that are installed."""
    from click.shell_completion import CompletionItem

    from errlint import registry

    try:
        return [CompletionItem(one.id, help=one.name) for one in registry.catalogues() if one.id.startswith(incomplete)]
    except UsageProblem:
        return []
