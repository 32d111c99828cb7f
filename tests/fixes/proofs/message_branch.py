"""ERR101: the test on the code, or on the status, takes the branch whatever the wording is."""

from __future__ import annotations

from functools import partial

from tests.fixes.claims import Claim, Selector, asked, both, has_code, raised, returned
from tests.fixes.proof import Proof
from tests.support.answers import Answer
from tests.support.playing import NUMBERS
from tests.support.wires import aws_xml

RATE_LIMITS = ("RATE_LIMITED", "RATE_LIMIT_EXCEEDED")

code = partial(Proof, "ERR101", "Test the error code")
status = partial(Proof, "ERR101", "Test the status")


def says_not(words: str) -> Selector:
    """Errors without these words, whatever their case."""
    return lambda answer: answer.is_error and words not in answer.text.lower()


def phrased_otherwise(status: int) -> Selector:
    """Answers with this status and a reason phrase of their own."""
    return lambda answer: answer.status == status and answer.reason is not None


def error_but(status: int) -> Selector:
    """Answers with any error status but this."""
    return lambda answer: answer.status >= 400 and answer.status != status


def with_numbers(status: int) -> Selector:
    """Errors whose text has the number of this status among others, while their own is another."""
    return lambda answer: answer.text == NUMBERS and answer.status != status


def without_a_code(answer: Answer) -> bool:
    """Errors in the envelope that lack what the API promises."""
    return answer.status >= 400 and not answer.code and isinstance(answer.body, dict)


def quotes(words: str) -> Selector:
    """Errors whose text has these words, as they are."""
    return lambda answer: words in answer.text


def has_not_code(*codes: str) -> Selector:
    """Answers with any code but these."""
    return lambda answer: answer.code not in codes


RAISED_A_CLIENT_ERROR = Claim(
    "raised a ClientError",  # of a class that is made for the code, where the service's model has it
    lambda run, _: any(type_.__name__ == "ClientError" for type_ in type(run.raised).__mro__),
)

AWS = "message_branch/bad_aws.py"
GIRARD = "message_branch/bad_runs_of_girard.py"
ENGINE = "message_branch/bad_parts_of_an_engine.py"
URL = (("ENGINE_URL", "https://engine.example.com/api"),)

OPENAI = (
    *("BadRequestError", "AuthenticationError", "PermissionDeniedError", "NotFoundError", "UnprocessableEntityError"),
    "InternalServerError",
)
ANTHROPIC = (
    *("AuthenticationError", "BadRequestError", "ConflictError", "ContentTooLargeError", "GatewayTimeoutError", "InternalServerError"),
    *("NotFoundError", "PaymentRequiredError", "PermissionDeniedError", "PreconditionFailedError", "RateLimitError"),
    "ServiceUnavailableError",
)

PROOFS = [
    code(
        *("message_branch/bad_girardai.py", "workflow('w1')", "girardai"),
        on=both(has_code("WORKFLOW_NOT_FOUND"), says_not("workflow not found")),
        before=raised("KeyError"),
        after=returned(None),
        changes=without_a_code,  # the missing key has another name
    ),
    code(
        *(GIRARD, "Girard().workflow('w1')", "girardai"),
        on=both(has_code("WORKFLOW_NOT_FOUND"), says_not("workflow not found")),
        before=raised("RuntimeError"),
        after=returned(None),
    ),
    code(
        *(GIRARD, "Girard().start('w1')", "girardai"),
        on=both(has_code(*RATE_LIMITS), says_not("rate limit exceeded")),
        before=raised("RuntimeError"),
        after=raised("TimeoutError"),
    ),
    status(
        *(GIRARD, "Girard().delete('w1')", "girardai"),
        on=phrased_otherwise(404),
        before=raised("HTTPError", "HTTPStatusError"),
        after=returned(False),
    ),
    status(
        *(GIRARD, "Girard().rename('409', 'n')", "girardai"),
        on=error_but(409),
        before=returned(False),  # the number stands in the URL
        after=raised("HTTPError", "HTTPStatusError"),
    ),
    status(
        *("message_branch/bad_str_of_exception.py", "missing('https://shop.example.com/items/404')", "http"),
        on=error_but(404),
        before=returned(None),
        after=raised("HTTPError"),
    ),
    status(
        *("message_branch/bad_str_of_exception.py", "not_missing('https://shop.example.com/items/7')", "http"),
        on=phrased_otherwise(404),
        before=raised("HTTPError"),
        after=returned(None),
    ),
    code(
        *("message_branch/bad_fixes_in_place.py", "workflow('w1')", "girardai"),
        on=both(has_code("WORKFLOW_NOT_FOUND"), says_not("workflow not found")),
        before=raised("RuntimeError"),
        after=returned(None),
        changes=without_a_code,
    ),
    status(
        *("message_branch/bad_fixes_in_place.py", "is_there('https://shop.example.com/items/404')", "http"),
        on=error_but(404),
        before=returned(False),
        after=raised("HTTPError"),
    ),
    status(
        *("message_branch/bad_fixes_in_place.py", "negated('https://shop.example.com/items/7')", "http"),
        on=phrased_otherwise(404),
        before=raised("HTTPError"),
        after=returned(False),
    ),
    status(
        *("message_branch/bad_fixes_in_place.py", "reason_of_answer('https://shop.example.com/items/7')", "http"),
        on=phrased_otherwise(404),
        before=returned(True),
        after=returned(False),
        changes=phrased_otherwise(410),
    ),
    code(
        *("message_branch/bad_girardai_sdk.py", "execute('w1')", "girardai"),
        on=both(has_code(*RATE_LIMITS), says_not("rate limit exceeded")),
        before=raised("GirardAIError"),
        after=returned(None),
    ),
    code(
        *("message_branch/bad_girardai_sdk.py", "inspect('w1')", "girardai"),
        on=both(has_code("WORKFLOW_NOT_FOUND"), says_not("workflow not found")),
        before=raised("GirardAIError"),
        after=returned(None),
    ),
    code(
        *(ENGINE, "program('p1')", "engine-parts"),
        environ=URL,
        on=both(has_code("not_found"), says_not("program not found")),
        before=raised("ClientResponseError"),
        after=returned(None),
        changes=without_a_code,
    ),
    status(
        *(ENGINE, "remove('p1')", "engine-parts"),
        environ=URL,
        on=phrased_otherwise(404),
        before=raised("ClientResponseError"),
        after=returned(False),
    ),
    status(
        *(ENGINE, "part('404')", "engine-parts"),
        environ=URL,
        on=error_but(404),
        before=returned(None),
        after=raised("HTTPStatusError"),
    ),
    status(
        *(ENGINE, "upload('p1', {})", "engine-parts"),
        environ=URL,
        on=phrased_otherwise(409),
        before=raised("HTTPError"),
        after=returned(None),
    ),
    code(
        *("message_branch/bad_openai.py", "out_of_credit([])", "openai"),
        on=has_code("insufficient_quota"),  # the text of the exception has only the message
        before=raised("RateLimitError"),
        after=raised("OutOfCredit"),
    ),
    status(
        *("message_branch/bad_openai.py", "status_in_the_text([])", "openai"),
        on=with_numbers(429),
        before=returned(None),
        after=raised(*OPENAI),
    ),
    status(
        *("message_branch/bad_overload.py", "reply([])", "anthropic"),
        on=with_numbers(529),
        before=returned(None),
        after=raised(*ANTHROPIC),
    ),
    status(
        *("message_branch/bad_github.py", "owner('t', 'o')", "github"),
        on=both(with_numbers(404), lambda answer: answer.status < 500),
        before=asked(2),
        after=asked(1),
    ),
    code(
        *("message_branch/bad_slack.py", "post('c', 't')", "slack"),
        on=has_code("duplicate_channel_not_found"),  # another code, in which the one that is meant stands
        before=returned(None),
        after=raised("SlackApiError"),
    ),
    code(
        *(AWS, "load('k')", "aws"),
        wire=aws_xml,
        quoted="models/NoSuchKey.bin",
        on=both(quotes("NoSuchKey"), has_not_code("NoSuchKey")),
        before=returned(None),
        after=RAISED_A_CLIENT_ERROR,
    ),
    code(
        *(AWS, "listing('p')", "aws"),
        wire=aws_xml,
        quoted="models/AccessDenied.log",
        on=both(quotes("AccessDenied"), has_not_code("AccessDenied", "AccessDeniedException")),
        before=returned(None),
        after=RAISED_A_CLIENT_ERROR,
    ),
    code(
        *("message_branch/bad_stripe.py", "charge('c1')", "stripe"),
        on=both(has_code("expired_card"), says_not("expired card")),
        before=raised("InvalidRequestError"),
        after=returned(None),
    ),
]
