"""A bucket that lists its keys as S3 does: in the order of their UTF-8, from wherever asked."""

from __future__ import annotations

import bisect
import threading
import urllib.parse


class KeyedBucket:
    """
    Answers ListObjectsV2 of `keys`, `page` of them at a time.

    `before` is called with the query of each request, in the order of arrival, and may change
    `keys`. With `is_in_order` False the keys come in the order they were given. A page after the
    `held` first ones is not answered until `release`, called with the query of each request,
    was true once; `gave_up` says that this did not happen.
    """

    def __init__(self, keys, *, page=5, is_in_order=True, before=None, held=None, release=None):
        self.keys = sorted(keys) if is_in_order else list(keys)
        self.asked = []
        self._page, self._is_in_order, self._before = page, is_in_order, before
        self._lock = threading.Lock()
        self._held, self._release = held, release
        self._is_released = threading.Event()
        self.gave_up = False

    def __call__(self, request):
        query = {
            name: values[0]
            for name, values in urllib.parse.parse_qs(
                urllib.parse.urlsplit(request.path).query, keep_blank_values=True
            ).items()
        }
        if self._release and self._release(query):
            self._is_released.set()
        elif self._release and len(self.asked) >= self._held and "max-keys" not in query:
            self.gave_up = self.gave_up or not self._is_released.wait(20)
            self._is_released.set()
        with self._lock:
            self.asked.append(query)
            if self._before and (answer := self._before(query)):
                return answer
            return self.answer(query)

    def answer(self, query):
        """Return the body of a page."""
        prefix = query.get("prefix", "")
        token = urllib.parse.unquote(query.get("continuation-token", ""))
        keys = [key for key in self.keys if key.startswith(prefix)]
        start = token or query.get("start-after", "")
        if self._is_in_order:
            at = bisect.bisect_right(keys, start)
        else:
            at = keys.index(start) + 1 if start in keys else 0
        size = min(self._page, int(query.get("max-keys", 1000)))
        found, is_more = keys[at : at + size], at + size < len(keys)
        quoted = [urllib.parse.quote(key) for key in found]
        items = "".join(
            f"<Contents><Key>{key}</Key><Size>{len(key)}</Size></Contents>" for key in quoted
        )
        # A real token is none of the keys; this one only leads on where it is given back.
        more = f"<NextContinuationToken>{quoted[-1]}</NextContinuationToken>" if is_more else ""
        return (
            '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>'
            f"<EncodingType>url</EncodingType><IsTruncated>{str(is_more).lower()}</IsTruncated>"
            f"{items}{more}</ListBucketResult>"
        )
