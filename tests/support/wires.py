"""How answers travel whose catalogue speaks of what an SDK makes of them: AWS, as botocore shows it."""

from __future__ import annotations

from dataclasses import replace
from xml.sax.saxutils import escape

from tests.support.answers import Answer


def as_it_is(answer: Answer) -> Answer:
    """The catalogue speaks of the wire."""
    return answer


def aws_xml(answer: Answer) -> Answer:
    """The answer of S3; one without a code has no body, and botocore reads no id of it if the server is at fault."""
    if not _is_parsed(answer):
        return answer
    if not answer.code and answer.status >= 500:
        return replace(answer, body=b"", request_id="")
    parts = {"Code": answer.code, "Message": answer.text, "RequestId": answer.request_id}
    content = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in parts.items())
    xml = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{content}</Error>'.encode() if answer.code else b""
    return replace(
        answer, headers=(("Content-Type", "application/xml"), ("x-amz-request-id", answer.request_id), *answer.headers), body=xml
    )


def aws_json(answer: Answer) -> Answer:
    """The answer of DynamoDB, SQS and others."""
    if not _is_parsed(answer):
        return answer
    body = {"message": answer.text, **({"__type": f"com.amazonaws#{answer.code}"} if answer.code else {})}
    return replace(answer, headers=(("x-amzn-RequestId", answer.request_id), *answer.headers), body=body)


def _is_parsed(answer: Answer) -> bool:
    """Whether it is what botocore makes of an error."""
    return isinstance(answer.body, dict) and "ResponseMetadata" in answer.body
