"""The client of the README: two mistakes in the handling of errors."""

import requests

API = "https://api.girardai.com/v1"


def workflow(identifier):
    answer = requests.get(f"{API}/workflows/{identifier}", timeout=10)
    if answer.json()["error"]["message"] == "Workflow not found":
        return None
    return answer.json()["data"]


def status(session: requests.Session, identifier):
    try:
        session.get(f"{API}/runs/{identifier}").raise_for_status()
    except requests.HTTPError as e:
        if e.response and e.response.status_code == 429:
            return "busy"
        raise
