"""Keys, in small letters, that the JSON bodies of many APIs have in common, and what stands under them."""

from __future__ import annotations

MESSAGES = frozenset({
    "message", "detail", "error_description", "title", "error_message", "errormessage", "errordescription", "errorsummary", "msg", "errmsg",
    "err_msg", "error_msg", "errormsg",
})  # fmt: skip
CODES = frozenset({"code", "error_code", "errorcode", "type", "error_type"})
REQUEST_IDS = frozenset({"request_id", "requestid", "correlation_id", "correlationid", "trace_id", "traceid"})
PARTS = MESSAGES | CODES | REQUEST_IDS
"""Parts of an error."""

LISTED = frozenset({"usererrors", "user_errors"})
"""What was wrong with a request, as answers to changes by GraphQL list it: the key is always there, the list is empty if nothing was."""
ERRORS = frozenset({"error", "errors", "fault", "err", "error_messages", "errormessages"}) | LISTED
"""The error itself, or all of them."""
ONLY_IN_ERRORS = frozenset({"detail", "error_description", "error_message", "errormessage", "error_code", "errorcode"})
"""Their presence says that the call failed."""
SUCCESSES = frozenset({"success", "ok", "succeeded", "successful", "is_success", "issuccess"})
"""Whether the call succeeded."""
RESULTS = frozenset({"code", "errcode", "error_code", "errorcode", "errno", "err_no", "ret", "retcode", "ret_code", "status"})
"""A number, 0 for success."""
STATES = frozenset({"status", "result", "state", "outcome"})
"""A word for how it went."""
SENTENCES = MESSAGES | ERRORS | {
    "reason", "description", "details", "explanation", "info", "information", "text", "hint", "cause", "note", "comment", "warning",
    "content", "faultstring", "error_detail", "error_details", "errordetail", "errordetails", "error_info", "error_text", "errortext",
    "exceptionmessage",
}  # fmt: skip
"""What is written for people, if it is a text at all."""
ENVELOPES = frozenset({"data", "result", "results", "response", "body", "meta", "payload", "output", "content", "status", "header", "head"})
"""What all that an answer says may stand under, its error as well."""
SIGNS = ERRORS | ONLY_IN_ERRORS | SUCCESSES | RESULTS | STATES
"""What says in a body that it is one of an error."""
