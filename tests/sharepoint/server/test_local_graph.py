"""The local Graph answers as the documentation of Graph says."""

from __future__ import annotations

import json

import pytest
import urllib3

from aibrain_jupyter.sharepoint.quickxor import quickxor
from aibrain_jupyter.sharepoint.server import Fault

UNIT = 327_680


@pytest.fixture
def ask(graph):
    """Send a request with a valid token; gives status, body and headers."""
    pool = urllib3.PoolManager(retries=False)
    token = graph.tokens.issue()

    def ask(method, path, body=None, *, signed=True, **headers):
        url = path if path.startswith("http") else f"{graph.url}/v1.0{path}"
        names = {name.replace("_", "-"): text for name, text in headers.items()}
        if signed:
            names["Authorization"] = f"Bearer {token}"
        if isinstance(body, dict):
            body = json.dumps(body)
        answer = pool.request(method, url, body=body, headers=names, redirect=False)
        is_json = answer.headers.get("content-type") == "application/json"
        return answer.status, answer.json() if is_json else answer.data, answer.headers

    return ask


@pytest.fixture
def drive(graph):
    """The address of the library."""
    return f"/drives/{graph.drive.id}"


def test_a_site_and_its_library(ask, graph):
    """The address of a site leads to its id, and that to its libraries."""
    _, site, _ = ask("GET", "/sites/contoso.sharepoint.com:/sites/audit")
    _, drives, _ = ask("GET", f"/sites/{site['id']}/drives")

    assert 3 == len(site["id"].split(","))
    assert [graph.drive.id] == [found["id"] for found in drives["value"]]
    assert 404 == ask("GET", "/sites/contoso.sharepoint.com:/sites/other")[0]


def test_without_a_token_nothing_is_told(ask, drive):
    """A request that is not signed is refused with the code that Graph uses."""
    status, body, headers = ask("GET", drive, signed=False)

    assert (401, "InvalidAuthenticationToken") == (status, body["error"]["code"])
    assert "Bearer" in headers["www-authenticate"]


def test_a_small_file_and_its_conflicts(ask, graph, drive):
    """Graph replaces where nobody says otherwise; fail, rename and If-Match do as they say."""
    url = f"{drive}/root:/a/b.txt:/content"
    rule = "?@microsoft.graph.conflictBehavior="
    created = ask("PUT", url, b"one")
    again = ask("PUT", url, b"two")

    assert [201, 200] == [created[0], again[0]]
    assert quickxor(b"two") == again[1]["file"]["hashes"]["quickXorHash"]
    assert "nameAlreadyExists" == ask("PUT", f"{url}{rule}fail", b"x")[1]["error"]["code"]
    assert "b 1.txt" == ask("PUT", f"{url}{rule}rename", b"x")[1]["name"]
    assert 412 == ask("PUT", url, b"x", If_Match=created[1]["eTag"])[0]
    assert b"two" == graph.drive.at("a/b.txt").content


def test_forbidden_names_and_long_paths(ask, drive):
    """Names that SharePoint does not allow are refused with its reason."""
    for name, inner in (("x.", "invalidPath"), ("y" * 401, "pathIsTooLong")):
        status, body, _ = ask("PUT", f"{drive}/root:/{name}:/content", b"x")
        assert 400 == status
        assert inner == body["error"]["innerError"]["code"]


def test_children_come_in_pages(ask, graph, drive):
    """A folder of more than a page has a link to the next, and each item once."""
    graph.routes.page_size = 3
    for number in range(7):
        graph.drive.write(f"f/{number}.txt", b"x")
    names, url = [], f"{drive}/root:/f:/children"
    while url:
        _, page, _ = ask("GET", url)
        names += [item["name"] for item in page["value"]]
        url = page.get("@odata.nextLink")

    assert [f"{number}.txt" for number in range(7)] == names


def test_delta_gives_everything_then_what_changed(ask, graph, drive):
    """All items over pages, then only changes, deletions without a name; an old token is 410."""
    graph.routes.page_size = 2
    for name in ("a.txt", "b.txt", "c/d.txt"):
        graph.drive.write(name, b"x")

    def all_of(url):
        found = []
        while True:
            _, page, _ = ask("GET", url)
            found += page["value"]
            if "@odata.deltaLink" in page:
                return found, page["@odata.deltaLink"]
            url = page["@odata.nextLink"]

    first, link = all_of(f"{drive}/root/delta")
    gone = graph.drive.at("a.txt")
    graph.drive.delete(gone)
    graph.drive.write("b.txt", b"other")
    second, _ = all_of(link)

    assert {"root", "a.txt", "b.txt", "c", "d.txt"} == {item["name"] for item in first}
    # What was deleted has no name any more.
    assert {gone.id: None} == {i["id"]: i.get("name") for i in second if "deleted" in i}
    assert ["b.txt"] == [i["name"] for i in second if "deleted" not in i]
    graph.drive.forgotten = graph.drive.changes + 1
    status, body, headers = ask("GET", link)
    assert (410, "resyncRequired") == (status, body["error"]["code"])
    assert all_of(headers["location"])[0]


def test_download_addresses_need_no_token_and_give_ranges(ask, graph, drive):
    """A content leads to an address that anyone may read, in parts, until it expires."""
    graph.drive.write("f.bin", bytes(range(100)))
    status, _, headers = ask("GET", f"{drive}/root:/f.bin:/content")
    link = headers["location"]

    assert 302 == status
    assert bytes(range(100)) == ask("GET", link, signed=False)[1]
    part = ask("GET", link, signed=False, Range="bytes=90-")
    assert (206, bytes(range(90, 100))) == part[:2]
    assert 416 == ask("GET", link, signed=False, Range="bytes=100-")[0]
    graph.routes.links = {k: (*v[:2], 0.0) for k, v in graph.routes.links.items()}
    assert 401 == ask("GET", link, signed=False)[0]


def test_an_upload_session_keeps_the_rules_of_fragments(ask, graph, drive):
    """In order, in multiples of 320 KiB; twice or out of order is 416; afterwards it is over."""
    data = bytes(UNIT + 7)
    _, made, _ = ask("POST", f"{drive}/root:/big.bin:/createUploadSession", {"item": {}})
    url = made["uploadUrl"]

    def put(first, last):
        rule = f"bytes {first}-{last}/{len(data)}"
        return ask("PUT", url, data[first : last + 1], signed=False, Content_Range=rule)

    assert "fragmentOutOfOrder" == put(UNIT, UNIT + 6)[1]["error"]["innerError"]["code"]
    assert [f"{UNIT}-"] == put(0, UNIT - 1)[1]["nextExpectedRanges"]
    assert "fragmentOverlap" == put(0, UNIT - 1)[1]["error"]["innerError"]["code"]
    status, item, _ = put(UNIT, UNIT + 6)
    assert (201, quickxor(data)) == (status, item["file"]["hashes"]["quickXorHash"])
    assert 400 == put(UNIT, UNIT + 6)[0]
    assert 404 == ask("GET", f"{graph.url}/upload/unknown", signed=False)[0]
    assert 409 == ask("POST", f"{drive}/root:/big.bin:/createUploadSession", {})[0]


def test_odd_fragments_fail_when_the_file_is_put_together(ask, drive):
    """A fragment that is no multiple of 320 KiB is taken, and the end refused, as there."""
    _, made, _ = ask("POST", f"{drive}/root:/odd.bin:/createUploadSession", {})
    first = ask("PUT", made["uploadUrl"], bytes(10), Content_Range="bytes 0-9/20")
    last = ask("PUT", made["uploadUrl"], bytes(10), Content_Range="bytes 10-19/20")

    assert [202, 400] == [first[0], last[0]]


def test_the_quota_and_a_lock(ask, graph, drive):
    """507 beyond the quota, 423 for what somebody holds."""
    graph.drive.write("held.txt", b"x")[0].is_locked = True
    graph.drive.quota = 100

    assert 423 == ask("PUT", f"{drive}/root:/held.txt:/content", b"y")[0]
    assert 507 == ask("PUT", f"{drive}/root:/large.txt:/content", bytes(200))[0]


def test_faults_are_scripted(ask, graph, drive):
    """A fault hits the requests it names, as often as it says."""
    graph.faults += [Fault("GET .*root", status=429, retry_after=2, after=1, times=1)]
    graph.faults += [Fault("GET .*children", drop="answer")]

    assert [200, 429, 200] == [ask("GET", f"{drive}/root")[0] for _ in range(3)]
    with pytest.raises(urllib3.exceptions.HTTPError):
        ask("GET", f"{drive}/root/children")


def test_a_challenge_names_its_claims(ask, graph, drive):
    """A token without the claims that are asked is refused with them."""
    graph.tokens.claims = '{"access_token": {"nbf": {"essential": true}}}'
    status, _, headers = ask("GET", drive)

    assert 401 == status
    assert "insufficient_claims" in headers["www-authenticate"]
