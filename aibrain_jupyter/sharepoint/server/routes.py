"""Which address answers what: sites, drives, items, changes, contents, sessions."""

from __future__ import annotations

import base64
import json
import re
import secrets
import time
import urllib.parse
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.sharepoint.server.answers import Answer, GraphRefusal, not_found
from aibrain_jupyter.sharepoint.server.drive import FAIL, REPLACE, Drive, Item, changed, described
from aibrain_jupyter.sharepoint.server.sessions import Sessions

if TYPE_CHECKING:
    from aibrain_jupyter.sharepoint.server.answers import Asked

_CONFLICT: Final = "@microsoft.graph.conflictBehavior"
_ITEM: Final = re.compile(r"(?:root|items/(?P<id>[^/:]+))(?::/(?P<path>[^:]*):?)?(?P<rest>/.*)?")
_DELTA: Final = re.compile(r"delta(?:\((?:token='(?P<token>[^']*)')?\))?")
_BYTES: Final = re.compile(r"bytes=(\d+)-(\d*)")
_SMALL: Final = 250 << 20


class Routes:
    """
    The addresses of one site.

    `page_size` is the most items in a page, `link_lasts_s` how long a download address is valid.
    """

    def __init__(self, host: str, site: str, *drives: Drive) -> None:
        self.host, self.site, self.drives = host, site, {drive.id: drive for drive in drives}
        self.site_id = (
            f"{host},8a1f0000-0000-4000-8000-000000000001,8a1f0000-0000-4000-8000-000000000002"
        )
        self.page_size, self.link_lasts_s = 200, 3600.0
        self.sessions = Sessions()
        self.links: dict[str, tuple[Drive, str, float]] = {}

    def answer(self, asked: Asked) -> Answer:
        """Answer a signed-in request below ``/v1.0``."""
        path = re.sub(r"/+", "/", asked.path).removeprefix("/v1.0").strip("/")
        area, _, rest = path.partition("/")
        if area == "drives":
            name, _, rest = rest.partition("/")
            if name not in self.drives:
                raise not_found()
            return self._of_drive(self.drives[name], rest, asked)
        if area == "sites":
            return self._of_sites(rest, asked)
        raise not_found()

    def _of_sites(self, rest: str, asked: Asked) -> Answer:
        site = {
            "id": self.site_id,
            "name": self.site.rpartition("/")[2],
            "displayName": self.site.rpartition("/")[2].title(),
            "webUrl": f"https://{self.host}{self.site}",
            "createdDateTime": "2026-01-01T00:00:00Z",
        }
        if not rest:
            text = asked.query.get("search", "*").strip("*").lower()
            return Answer(data={"value": [site] if text in site["webUrl"].lower() else []})
        for prefix in (self.site_id, f"{self.host}:{self.site}:", f"{self.host}:{self.site}"):
            if rest == prefix:
                return Answer(data=site)
            if rest.startswith(f"{prefix}/"):
                area, _, more = rest.removeprefix(f"{prefix}/").partition("/")
                first = next(iter(self.drives.values()))
                if area == "drives" and not more:
                    return Answer(data={"value": [self._drive(d) for d in self.drives.values()]})
                if area == "drive":
                    return self._of_drive(first, more, asked)
        raise not_found()

    def _drive(self, drive: Drive) -> dict[str, Any]:
        quota = {"total": drive.quota, "used": drive.used, "remaining": drive.quota - drive.used}
        return {
            "id": drive.id,
            "name": drive.name,
            "driveType": "documentLibrary",
            "webUrl": f"https://{self.host}{self.site}/{drive.name}",
            "quota": {**quota, "state": "normal", "deleted": 0},
        }

    def _of_drive(self, drive: Drive, rest: str, asked: Asked) -> Answer:
        if not rest:
            return Answer(data=self._drive(drive))
        if rest.startswith("items/root:"):
            rest = rest.removeprefix("items/")
        found = _ITEM.fullmatch(rest)
        if not found:
            raise not_found()
        at = drive.root if found["id"] is None else drive.item(found["id"])
        path = f"{drive.path_of(at)}/{found['path']}".strip("/") if found["path"] else None
        item = drive.at(path) if path else at
        action = (found["rest"] or "").strip("/")
        where = path if path is not None else drive.path_of(at).strip("/")
        if asked.method == "PUT" and action == "content":
            return self._put(drive, where, asked)
        if asked.method == "POST" and action.endswith("createUploadSession"):
            return self.sessions.begin(drive, where, asked)
        if item is None:
            raise not_found()
        return self._of_item(drive, item, action, asked)

    def _of_item(self, drive: Drive, item: Item, action: str, asked: Asked) -> Answer:
        if is_delta := _DELTA.fullmatch(action):
            return self._delta(drive, is_delta["token"] or "", asked)
        what = (asked.method, action)
        if what == ("GET", "children"):
            return self._children(drive, item, asked)
        if what == ("GET", "content"):
            return Answer(302, headers={"Location": self._link(drive, item, asked)})
        if what == ("GET", "versions"):
            return Answer(data={"value": [{"id": f"{item.version}.0"}]})
        if what == ("GET", ""):
            return Answer(data=self._shown(drive, item, asked))
        if what == ("POST", "children"):
            body = asked.json()
            drive.check_name(body.get("name", ""), body.get("name", ""))
            made = drive.make_folder(item, body["name"], body.get(_CONFLICT, FAIL))
            return Answer(201, self._shown(drive, made, asked))
        if action:
            raise GraphRefusal(405, "notSupported", f"{asked.method} {action}")
        if asked.headers.get("if-match", item.etag) not in (item.etag, "*"):
            raise changed()
        if asked.method == "DELETE":
            drive.delete(item)
            return Answer(204)
        if asked.method == "PATCH":
            return self._patch(drive, item, asked)
        raise GraphRefusal(405, "notSupported", asked.method)

    def _patch(self, drive: Drive, item: Item, asked: Asked) -> Answer:
        body = asked.json()
        parent = drive.item(body.get("parentReference", {}).get("id") or item.parent)
        if (item.name, item.parent) != (body.get("name", item.name), parent.id):
            drive.move(item, parent, body.get("name", item.name))
        item.file_times |= body.get("fileSystemInfo", {})
        return Answer(data=self._shown(drive, item, asked))

    def _put(self, drive: Drive, path: str, asked: Asked) -> Answer:
        if len(asked.body) > _SMALL:
            raise GraphRefusal(413, "invalidRequest", "The file is too large for one request.")
        match, how = asked.headers.get("if-match", ""), asked.query.get(_CONFLICT, REPLACE)
        item, is_new = drive.write(path, asked.body, conflict=how, if_match=match)
        return Answer(201 if is_new else 200, self._shown(drive, item, asked))

    def _children(self, drive: Drive, item: Item, asked: Asked) -> Answer:
        first = _read(asked.query.get("$skiptoken", "")).get("first", 0)
        size = min(int(asked.query.get("$top", self.page_size)), self.page_size)
        found = sorted(drive.children(item.id), key=lambda inner: inner.name.lower())
        page = found[first : first + size]
        data: dict[str, Any] = {"value": [self._shown(drive, i, asked) for i in page]}
        if first + size < len(found):
            data["@odata.nextLink"] = self._next(asked, {"$skiptoken": _token(first=first + size)})
        return Answer(data=data)

    def _delta(self, drive: Drive, token: str, asked: Asked) -> Answer:
        token = token or asked.query.get("token", "")
        if token == "latest":  # noqa: S105 - a word of the interface
            link = self._next(asked, {"token": _token(seen=drive.changes, since=drive.changes)})
            return Answer(data={"value": [], "@odata.deltaLink": link})
        said = _read(token)
        seen, since = int(said.get("seen", 0)), int(said.get("since", 0))
        if token and (not said or (since and seen < drive.forgotten)):
            location = self._next(asked, {})
            raise GraphRefusal(
                410, "resyncRequired", "Resync.", inner="resyncChangesApplyDifferences",
                location=location,
            )  # fmt: skip
        now = drive.changes
        found = [i for i in drive.changed_since(seen) if since or not i.is_deleted]
        page = found[: self.page_size]
        data: dict[str, Any] = {"value": [self._shown(drive, item, asked) for item in page]}
        if len(found) > len(page):
            link = self._next(asked, {"token": _token(seen=page[-1].changed, since=since)})
            data["@odata.nextLink"] = link
        else:
            last = max(now, page[-1].changed if page else seen)
            data["@odata.deltaLink"] = self._next(asked, {"token": _token(seen=last, since=1)})
        return Answer(data=data)

    def _shown(self, drive: Drive, item: Item, asked: Asked) -> dict[str, Any]:
        link = self._link(drive, item, asked) if item.content is not None else ""
        found = described(drive, item, asked.base, link)
        wanted = asked.query.get("$select") or asked.query.get("select")
        if not wanted:
            return found
        names = {*wanted.split(","), "id", "deleted", "root"}
        if "content.downloadUrl" in names:
            names.add("@microsoft.graph.downloadUrl")
        return {name: value for name, value in found.items() if name in names}

    def _link(self, drive: Drive, item: Item, asked: Asked) -> str:
        secret = secrets.token_urlsafe(24)
        self.links[secret] = drive, item.id, time.time() + self.link_lasts_s
        return f"{asked.base}{self.site}/_layouts/15/download.aspx?tempauth={secret}"

    def download(self, asked: Asked) -> Answer:
        """Answer a request to a download address, which needs no token."""
        drive, name, until = self.links.get(asked.query.get("tempauth", ""), (None, "", 0.0))
        if drive is None or until < time.time():
            raise GraphRefusal(401, "unauthenticated", "The address has expired.")
        content = drive.item(name).content or b""
        found = _BYTES.fullmatch(asked.headers.get("range", ""))
        headers = {"ETag": drive.item(name).etag, "Accept-Ranges": "bytes"}
        if not found:
            return Answer(headers=headers, body=content)
        first, last = int(found[1]), min(int(found[2] or len(content)), len(content) - 1)
        if first >= len(content):
            raise GraphRefusal(
                416, "invalidRange", "Range.", content_range=f"bytes */{len(content)}"
            )
        headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
        return Answer(206, headers=headers, body=memoryview(content)[first : last + 1])

    def _next(self, asked: Asked, more: dict[str, str]) -> str:
        kept = {k: v for k, v in asked.query.items() if k not in ("token", "$skiptoken")}
        path = urllib.parse.quote(re.sub(r"\(token=.*\)$", "", asked.path), safe="/:!,")
        return f"{asked.base}{path}?{urllib.parse.urlencode({**kept, **more})}"


def _token(**said: int) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode()


def _read(token: str) -> dict[str, int]:
    try:
        return dict(json.loads(base64.urlsafe_b64decode(token)))
    except ValueError:
        return {}
