"""From the literal in the code to the codes it can stand for, and the near misses that stand for none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from errlint.catalogue import Catalogue, Catalogues

LIMIT = ("RATE_LIMIT_EXCEEDED", "RATE_LIMITED")
NOT_FOUND = ("RESOURCE_NOT_FOUND", "WORKFLOW_NOT_FOUND", "RUN_NOT_FOUND", "CONNECTION_NOT_FOUND", "ORGANIZATION_NOT_FOUND")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Rate limit exceeded. Please try again later.", LIMIT),
        ("rate limit exceeded", LIMIT),
        ("RATE  LIMIT\nEXCEEDED!", LIMIT),
        ("rate-limit", LIMIT),
        ("rate limited", LIMIT),
        ("RATE_LIMITED", LIMIT),
        ("please try again", LIMIT),
        ("Workflow not found", ("WORKFLOW_NOT_FOUND",)),
        ("run not found", ("RUN_NOT_FOUND",)),
        ("not found", NOT_FOUND),
        ("api key is required", ("MISSING_API_KEY",)),
        ("permission to execute", ("INSUFFICIENT_PERMISSIONS",)),
        ("validation failed", ("VALIDATION_ERROR",)),
        ("bad request", ("BAD_REQUEST",)),
        ("timeout", ("TIMEOUT",)),
        ("conflict", ("CONFLICT",)),
    ],
)
def test_a_known_text_stands_for_its_code(built_in: Catalogues, text: str, codes: tuple[str, ...]) -> None:
    assert built_in.require("girardai").codes_for_text(text) == codes


def test_a_phrase_of_several_messages_has_several_answers(built_in: Catalogues) -> None:
    answers = built_in.require("girardai").codes_for_text("API key")
    assert {"MISSING_API_KEY", "INVALID_API_KEY", "INSUFFICIENT_PERMISSIONS"} <= set(answers)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "...",
        "limit",
        "rate",
        "exceeded",
        "found",
        "error",
        "later",
        "key",
        "429",
        "rat limit",
        "te limit exce",
        "limit rate",
        "rate exceeded",
        "too many requests",
        "limit exceeded for this model",
        "Rate limit exceeded. Please try again tomorrow.",
        "no api key provided in request",
        "workflow was not found",
        "required field is missing",
        "not_found_",
    ],
)
def test_a_near_miss_stands_for_nothing_it_does_not_say(built_in: Catalogues, text: str) -> None:
    found = built_in.require("girardai").codes_for_text(text)
    assert found == (NOT_FOUND if text == "not_found_" else ())


def test_a_single_word_counts_only_as_a_whole_message_or_a_whole_code(acme: Callable[[str], Catalogue]) -> None:
    catalogue = acme(
        """
        [[code]]
        names = ["expired", "card_expired"]
        retry = "no"
        messages = { card_expired = ["Declined.", "The card has expired"] }
        """
    )
    assert catalogue.codes_for_text("expired") == ("expired",)
    assert catalogue.codes_for_text("DECLINED") == ("card_expired",)
    assert catalogue.codes_for_text("card") == ()


def test_codes_in_camel_case_are_spelt_as_words_too(acme: Callable[[str], Catalogue]) -> None:
    catalogue = acme('[[code]]\nnames = ["RepoNotFound", "HTTPTimeout", "quotaUsedUp"]\nretry = "no"\n')
    assert catalogue.codes_for_text("repo not found") == ("RepoNotFound",)
    assert catalogue.codes_for_text("reponotfound") == ("RepoNotFound",)
    assert catalogue.codes_for_text("http timeout") == ("HTTPTimeout",)
    assert catalogue.codes_for_text("Quota used up.") == ("quotaUsedUp",)


def test_curly_and_straight_apostrophes_are_one(acme: Callable[[str], Catalogue]) -> None:
    catalogue = acme('[[code]]\nnames = ["full"]\nretry = "no"\nmessages = { full = ["You’ve reached your plan’s limit"] }\n')
    assert catalogue.codes_for_text("you've reached") == ("full",)
    assert catalogue.codes_for_text("ve reached") == ()


def test_a_text_in_another_script_is_compared_without_regard_to_case(acme: Callable[[str], Catalogue]) -> None:
    catalogue = acme('[[code]]\nnames = ["limit"]\nretry = "no"\nmessages = { limit = ["Größe überschritten", "請求過多"] }\n')
    assert catalogue.codes_for_text("GRÖSSE ÜBERSCHRITTEN") == ("limit",)
    assert catalogue.codes_for_text("請求過多") == ("limit",)


def test_every_known_message_leads_to_its_code(built_in: Catalogues) -> None:
    known = [
        (catalogue, name, text)
        for catalogue in built_in
        for rule in catalogue.codes
        for name, texts in rule.messages.items()
        for text in texts
    ]
    assert known
    assert [(name, text) for catalogue, name, text in known if name not in catalogue.codes_for_text(text.upper())] == []


def test_the_engine_names_its_code_like_its_message(built_in: Catalogues) -> None:
    engine = built_in.require("engine-parts")
    assert engine.codes_for_text("not found") == ("not_found",)
    assert engine.codes_for_text("Program not found") == ("not_found",)
    assert engine.codes_for_text("part not found") == ()
