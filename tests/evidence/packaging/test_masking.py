"""People of masked columns are nowhere in a package, and counts and joins are as they were."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import io
import json
import os
import stat
import unicodedata
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from aibrain_jupyter.evidence.decisions.codes import Code
from aibrain_jupyter.evidence.packaging.bag import Bag, ZipSink
from aibrain_jupyter.evidence.packaging.contents import packed_item
from aibrain_jupyter.evidence.packaging.people.columns import people_columns
from aibrain_jupyter.evidence.packaging.people.hidden import readings
from aibrain_jupyter.evidence.packaging.people.masking import Masking
from aibrain_jupyter.evidence.packaging.people.pseudonyms import (
    Pseudonyms,
    key_in,
    key_of_store,
)
from aibrain_jupyter.evidence.saving.attaching import attach_file
from aibrain_jupyter.evidence.saving.saving import Saving, save_frame
from aibrain_jupyter.evidence.saving.times import Times
from aibrain_jupyter.shared.error_handler import (
    EvidenceError,
    ParameterError,
    UnknownNameError,
)

NOW = dt.datetime(2026, 7, 8, tzinfo=dt.UTC)
TIMES = Times("moment", NOW, NOW, NOW, NOW)
KEY = b"0123456789abcdef"
NAMES = ["ana.lopez", "Zoë O'Neil", "bob-42@corp.example", "<root_account>"]
ARN = "arn:aws:iam::123456789012:user/staff/{}"
SESSION = "arn:aws:sts::123456789012:assumed-role/Admin/{}"
USERS = pd.DataFrame(
    {
        "user_name": NAMES,
        "arn": [ARN.format(name) for name in NAMES],
        "has_mfa": pd.array([True, None, False, True], dtype="boolean"),
        "keys": pd.array([1, None, 3, 2**60], dtype="Int64"),
        "score": [0.1, None, 1e300, -0.0],
        "created": pd.to_datetime(
            ["2026-01-01T00:00:00.5Z", None, "2026-01-02", "2026-01-03"], utc=True, format="ISO8601"
        ),
        "note": [f"manager: {NAMES[0].upper()}", "=1+1", "analopez stays", None],
        "tags": [{"owner": NAMES[1]}, {}, {"list": [NAMES[2], 1]}, None],
    }
)
EVENTS = pd.DataFrame(
    {
        "event": ["e1", "e2", "e3"],
        "principal": [SESSION.format(NAMES[2]), ARN.format(NAMES[0]), "ec2.amazonaws.com"],
        "user_name": [NAMES[2].upper(), NAMES[0], None],
    }
)


def save(store, frame, title, key, formats=("xlsx", "parquet"), **sections):
    """Save a frame as an item."""
    with store.draft(title) as draft:
        (draft.folder / "raw").mkdir()
        (draft.folder / "raw/0000.jsonl.gz").write_bytes(b"")
        saving = Saving(title, [Code.parse("RFI-014")], TIMES, key=key, views=formats)
        requests = [{"operation": "ListUsers", "item": NAMES[1]}]
        return save_frame(store, draft, frame, saving, sections, requests=requests)


@pytest.fixture
def items(store):
    """Two items that share people, as they would be packed."""
    source = {"system": "aws", "identities": [SESSION.format(NAMES[1])], "cell": f"# {NAMES[2]}"}
    users = save(store, USERS, "Users", ["user_name"], source=source)
    events = save(store, EVENTS, "Events", ["event"])
    return [packed_item(item, with_raw=True) for item in (users, events)]


def masking(items, folder, columns=("user_name",), key=KEY, **more):
    """A masking that has learned, and the items it has masked."""
    made = Masking(columns, key, **more)
    return made, made.of_all(items, folder)


def content(item, name):
    """The bytes of a file as it is packed."""
    found = item.entry(name).content
    return found if isinstance(found, bytes) else found.read_bytes()


def everything(content):
    """All bytes of a file, and of what lies in it."""
    yield content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from everything(archive.read(name))


def zipped(items, folder):
    """The bytes of the bag of these items."""
    path = folder / "bag.zip"
    with zipfile.ZipFile(path, "w") as archive:
        bag = Bag([entry for item in items for entry in item.entries], {})
        bag.write(ZipSink(archive, "bag", NOW))
    return path.read_bytes()


def test_masked_names_are_nowhere_in_the_zip(items, tmp_path):
    """No masked name, in no way of writing it, is in any byte of any file of the zip."""
    made, packed = masking(items, tmp_path / "new")
    made.refuse_left([entry for item in packed for entry in item.entries])

    forms = [f.encode() for n in NAMES for f in (n, n.upper(), json.dumps(n)[1:-1], n.lower())]
    forms += ["Zoë O&#x27;Neil".encode(), b"root_account", b"&lt;root_account&gt;"]
    for text in everything(zipped(packed, tmp_path)):
        assert [] == [form for form in forms if form in text]
    tables = [content(item, name) for item in packed for name in item.names() if "parquet" in name]
    assert 2 == len(tables)
    for each in tables:
        said = str(pq.read_schema(io.BytesIO(each)).metadata)
        text = (pd.read_parquet(io.BytesIO(each)).to_csv() + said).lower()
        assert [] == [name for name in NAMES if name.lower() in text]


def test_the_unmasked_zip_has_them(items, tmp_path):
    """The search above finds names where nobody masked them."""
    texts = list(
        everything(zipped([item.without("raw/0000.jsonl.gz", "") for item in items], tmp_path))
    )

    for name in NAMES[:1] + NAMES[2:3]:
        assert any(name.encode() in text for text in texts)


def test_the_same_person_is_the_same_everywhere(items, tmp_path):
    """Joins and counts over items and columns are as they were, whatever the case of a name."""
    _, [users, events] = masking(items, tmp_path / "new")

    people = [json.loads(line) for line in content(users, "data/users.jsonl").splitlines()]
    acts = [json.loads(line) for line in content(events, "data/events.jsonl").splitlines()]
    names = [row["user_name"] for row in people]
    assert 4 == len(set(names))
    assert all(name.startswith("person-") for name in names)
    assert [ARN.format(name) for name in names] == [row["arn"] for row in people]
    assert [SESSION.format(names[2]), ARN.format(names[0]), "ec2.amazonaws.com"] == [
        row["principal"] for row in acts
    ]
    assert [names[2], names[0], None] == [row["user_name"] for row in acts]
    assert f"manager: {names[0]}" == people[0]["note"]
    assert ["=1+1", "analopez stays", None] == [row["note"] for row in people[1:]]
    assert {"owner": names[1]} == people[0]["tags"]


def test_all_formats_say_the_same(items, tmp_path):
    """CSV, workbook and Parquet have the cells of the masked JSON lines, the others as before."""
    _, [users, _] = masking(items, tmp_path / "new")

    rows = [json.loads(line) for line in content(users, "data/users.jsonl").splitlines()]
    names = [row["user_name"] for row in rows]
    csv = pd.read_csv(io.BytesIO(content(users, "data/users.csv")))
    book = pd.read_excel(io.BytesIO(content(users, "data/users.xlsx")))
    parquet = pd.read_parquet(io.BytesIO(content(users, "data/users.parquet")))
    for frame in (csv, book, parquet):
        assert names == frame["user_name"].tolist()
        assert [row["arn"] for row in rows] == frame["arn"].tolist()
    before = [json.loads(line) for line in content(items[0], "data/users.jsonl").splitlines()]
    same = ("has_mfa", "keys", "score", "created")
    assert [[row[n] for n in same] for row in before] == [[row[n] for n in same] for row in rows]
    old = pd.read_csv(io.BytesIO(content(items[0], "data/users.csv")))
    assert old[["has_mfa", "keys", "score"]].equals(csv[["has_mfa", "keys", "score"]])
    assert old["created (UTC)"].equals(csv["created (UTC)"])


def test_a_masked_cell_is_masked_whatever_it_is(store, tmp_path):
    """Signs alone, numbers and lists of a masked column are masked; absent cells stay absent."""
    numbers = pd.array([4912345, None, 7], dtype="Int64")
    frame = pd.DataFrame({"id": ["a", "b", "c"], "phone": numbers, "members": [["???"], [], None]})
    item = packed_item(save(store, frame, "Phones", ["id"], ("xlsx", "parquet")))
    _, [new] = masking([item], tmp_path / "new", ("phone", "members"))

    rows = [json.loads(line) for line in content(new, "data/phones.jsonl").splitlines()]
    assert [True, False, True] == [str(row["phone"]).startswith("person-") for row in rows]
    table = pd.read_csv(io.BytesIO(content(new, "data/phones.csv")))
    assert [row["phone"] or "" for row in rows] == table["phone"].fillna("").tolist()
    assert rows[0]["members"][0].startswith("person-")
    assert [[], None] == [row["members"] for row in rows[1:]]


def test_a_mask_of_arns_is_the_mask_of_names(items, tmp_path):
    """The person of an ARN is its last part: masked by ARN or by name gives the same word."""
    [by_name, by_arn] = [
        masking(items, tmp_path / column, (column,))[1][0] for column in ("user_name", "arn")
    ]

    assert content(by_name, "data/users.jsonl") == content(by_arn, "data/users.jsonl")


def test_two_runs_give_the_same_bytes_and_another_key_others(items, tmp_path):
    """The same key gives the same package; another key gives other pseudonyms."""
    runs = [
        masking(items, tmp_path / n, key=key)[1]
        for n, key in zip("abc", [KEY, KEY, KEY[::-1]], strict=True)
    ]

    first, second, other = ({e.path: e.sha256 for i in run for e in i.entries} for run in runs)
    assert first == second
    assert first != other


def test_it_is_recorded_with_what_was_saved(items, tmp_path):
    """The manifest says what is masked and by which key, and its first SHA-256; the store stays."""
    made, [users, _] = masking(items, tmp_path / "new")

    manifest = json.loads(content(users, "manifest.json"))
    assert ["user_name"] == manifest["masked"]["columns"]
    assert users.item.manifest_sha256 == manifest["masked"]["manifest_sha256"]
    assert items[0].manifest["files"] == manifest["files"]
    assert 4 == made.as_record()["people"]
    assert {"data/users.jsonl", "data/users.csv", "manifest.json", "requests.jsonl"} <= {
        one.name for one in users.made
    }
    assert ["raw/0000.jsonl.gz"] == [one.name for one in users.left_out]
    assert "people" in users.left_out[0].why
    assert (
        NAMES[0] in json.dumps(users.item.manifest()) + content(items[0], "data/users.csv").decode()
    )


def test_an_item_without_them_stays_as_it_is(store, items, tmp_path):
    """An item that names nobody who is masked leaves as it was saved."""
    other = packed_item(save(store, pd.DataFrame({"bucket": ["logs"]}), "Buckets", ["bucket"]))
    (plain,) = [
        p for p in masking([*items, other], tmp_path / "new")[1] if p.item.id == other.item.id
    ]

    # But for the request that names one of them.
    assert {"requests.jsonl", "manifest.json"} == {one.name for one in plain.made}


def test_what_cannot_be_masked_is_refused_by_name(store, items, tmp_path):
    """A picture is refused until somebody accepts it; then it is said that it was left."""
    picture = tmp_path / "shot.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\0\xff")
    saving = Saving("Screen", [], TIMES)
    item = packed_item(attach_file(store, str(picture), saving, source="Okta", said_by="me"))

    with pytest.raises(EvidenceError, match=r"files/shot\.png"):
        masking([*items, item], tmp_path / "a")
    *_, left = masking([*items, item], tmp_path / "b", accepted=["files/shot.png"])[1]
    assert ["files/shot.png"] == left.manifest["masked"]["left_as_they_are"]


def test_a_name_that_is_left_fails_the_package(store, items, tmp_path):
    """A file that still names somebody, the ledger too, is named, and the name is not."""
    made, packed = masking(items, tmp_path / "new")
    left = packed[0].with_file("data/x.txt", b"for ANA.LOPEZ", "", of="", how="")

    with pytest.raises(EvidenceError, match=r"data/x\.txt") as refused:
        made.refuse_left(left.entries)
    assert "lopez" not in str(refused.value).lower()
    accepting, _ = masking(items, tmp_path / "other", accepted=["data/x.txt"])
    accepting.refuse_left(left.entries)


def test_a_file_that_was_altered_is_not_masked(items, tmp_path):
    """Masking reads a saved file only where it is as it was saved."""
    path = items[0].entry("data/users.jsonl").content
    path.write_text(path.read_text().replace("true", "false"))

    with pytest.raises(EvidenceError, match=r"users\.jsonl"):
        masking(items, tmp_path / "new")


@pytest.mark.parametrize(
    ("column", "error"), [("user_nmae", UnknownNameError), ("created", ParameterError)]
)
def test_a_column_that_cannot_be_masked_is_an_error(items, tmp_path, column, error):
    """A column that no item has, or that has no texts, is an error before anything is packed."""
    with pytest.raises(error, match=column):
        masking(items, tmp_path / "new", (column,))


@pytest.mark.parametrize(
    "text",
    [
        '"for\\nana.lopez"',
        "https://x/?u=%2Fana.lopez",
        "https://x/?u=bob-42%40corp.example&y",
        "ana.lopez, (ANA.LOPEZ)",
        "role/ana.lopez",
    ],
)
def test_a_name_is_found_however_it_stands(text):
    """A name is found after escapes of JSON and addresses, in any case, between any signs."""
    people = Pseudonyms(KEY, NAMES)

    masked = people.masked(text)
    assert "lopez" not in masked.lower()
    assert "corp" not in masked
    assert [] == [*people.found(masked)]


@pytest.mark.parametrize(
    ("person", "text"),
    [
        ("ana.lopez", "export_ana.lopez_2026.csv"),
        ("ana.lopez", "files/ana-lopez.txt"),
        ("ana.lopez@corp.example", "role/ana.lopez"),
        ("CORP\\svc_bob", "svc_bob ran it"),
        ("José Müller", unicodedata.normalize("NFD", "by José Müller")),
        ("José Müller", "?u=Jos%C3%A9+M%C3%BCller"),
        ("José Müller", json.dumps(json.dumps("José Müller"))),
        ("李雷", "用户李雷登录"),
        ("김철수", "김철수가"),
    ],
)
def test_a_name_is_masked_where_it_is_written_as_systems_write_it(person, text):
    """In names of files, as the account of an address, decomposed, escaped twice, in any script."""
    people = Pseudonyms(KEY, [person])

    masked = people.masked(text)
    assert "person-" in masked
    assert [] == [*people.found(masked)]


@pytest.mark.parametrize("text", ["info", "a security group", "用户", "item", "a"])
def test_an_office_and_what_is_left_of_a_name_is_nobody(text):
    """The account of an office names nobody; neither does what ASCII keeps of a name."""
    assert text == Pseudonyms(KEY, ["info@corp.example", "security@x.y", "李 a"]).masked(text)


def test_one_person_has_one_pseudonym_however_it_is_composed():
    """Accents with their letters or apart, upper or lower case: one person."""
    people = Pseudonyms(KEY, [])
    assert people.of("José") == people.of(unicodedata.normalize("NFD", "JOSÉ"))


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(b"user ana.lopez logged in"),
        base64.urlsafe_b64encode(b'{"sub":"ana.lopez","x":"??>>~~"}').rstrip(b"="),
        base64.b64encode(b"0\x82\x01CN=ana.lopez,O=Corp\xff\xfe"),
        b"<text>ana.<tspan>lopez</tspan></text>",
        b"Zo&euml; O&apos;Neil",
        b"Zo\xc3\xab \n O'Neil",
        b"mail%20ana%2Elopez",
    ],
)
def test_a_name_that_only_a_reader_sees_fails_the_package(items, tmp_path, text):
    """In base64, between tags, as an entity, over two lines: the file is named, nothing leaves."""
    made, packed = masking(items, tmp_path / "new")
    left = packed[0].with_file("data/x.txt", b'"' + text + b'"', "", of="", how="")

    with pytest.raises(EvidenceError, match=r"data/x\.txt"):
        made.refuse_left(left.entries)


def test_short_names_are_not_found_in_sums(items, tmp_path):
    """What base64 of a key or a sum says by chance is no name."""
    sums = [hashlib.sha256(bytes([n % 256, n // 256])) for n in range(2000)]
    text = "\n".join(
        [*(s.hexdigest() for s in sums), *(f"arn:x:key-{s.hexdigest()}" for s in sums)]
    )
    people = Pseudonyms(KEY, ["al", "bo", "kim", "李"])
    assert [] == [found for reading in readings(text) for found in people.found(reading)]


PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(60)).decode()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("shot.html", f"<img src='data:image/png;base64,{PNG}'>"),
        ("work.ipynb", json.dumps({"outputs": [{"data": {"image/png": PNG}}]})),
        ("scan.pdf", "%PDF-1.4 all of it ASCII"),
    ],
)
def test_a_picture_inside_a_text_is_refused_as_a_picture_is(store, items, tmp_path, name, text):
    """Nobody can tell whom it shows: it leaves where somebody accepts it, and not otherwise."""
    path = tmp_path / name
    path.write_text(text)
    item = packed_item(
        attach_file(store, str(path), Saving("Shown", [], TIMES), source="x", said_by="me")
    )

    with pytest.raises(EvidenceError, match=f"files/{name}"):
        masking([*items, item], tmp_path / "a")
    masking([*items, item], tmp_path / "b", accepted=[f"files/{name}"])


def test_a_table_whose_source_names_somebody_is_made_anew(store, items, tmp_path):
    """A workbook and Parquet say where their rows are from: masked, too, where no row names any."""
    identity = {"identities": [ARN.format(NAMES[0])], "who": ARN.format(NAMES[0])}
    frame = pd.DataFrame({"bucket": ["logs"]})
    item = packed_item(save(store, frame, "Buckets", ["bucket"], source=identity))
    made, packed = masking([*items, item], tmp_path / "new")

    made.refuse_left(packed[-1].entries)
    table = content(packed[-1], "data/buckets.parquet")
    assert NAMES[0] not in str(pq.read_schema(io.BytesIO(table)).metadata)
    assert ["logs"] == pd.read_parquet(io.BytesIO(table))["bucket"].tolist()


def test_a_flag_names_nobody(store, tmp_path):
    """Yes and no in a column of people are no names."""
    frame = pd.DataFrame({"id": ["a", "b"], "user_name": pd.array(["ana", False], dtype=object)})
    _, [new] = masking([packed_item(save(store, frame, "Odd", ["id"], ()))], tmp_path / "new")

    assert 1 == new.manifest["masked"]["people"]


def test_many_people_may_share_a_first_name():
    """The longest name at a place is meant, also where thousands begin with the same word."""
    names = [f"ana.lopez{number}" for number in range(3_000)] + ["ana", "ana.lopez"]
    people = Pseudonyms(KEY, names)

    text = " ".join(names)
    assert " ".join(map(people.of, names)) == people.masked(text)


@pytest.mark.parametrize("text", ["analopez", "ana.lopezito", "xana.lopez", "ana_lopez", ""])
def test_a_part_of_a_longer_word_is_another_name(text):
    """A word that only contains a name is not touched."""
    assert text == Pseudonyms(KEY, NAMES).masked(text)


def test_the_key_is_the_users_and_stays_at_home():
    """A store has one key, made once, which nobody else can read and which is not in the store."""
    first = key_of_store("abc")

    assert first == key_of_store("abc")
    assert first != key_of_store("abd")
    assert 64 == len(first)
    folder = Path(os.environ["AIBRAIN_DATA_DIR"], "evidence")
    [path] = [path for path in folder.iterdir() if "abc" in path.name]
    if os.name != "nt":
        assert 0o600 == stat.S_IMODE(path.stat().st_mode)


def test_a_short_key_is_refused(tmp_path):
    """A key that can be guessed is no key."""
    path = tmp_path / "key"
    path.write_bytes(b"secret\n")

    with pytest.raises(ParameterError, match="6 bytes"):
        key_in(path)


def test_columns_of_people_are_named(items):
    """Columns with people are found by name and by what their cells look like; others are not."""
    found = {(c.column, c.why) for item in items for c in people_columns(item)}

    assert {
        ("user_name", "user name"),
        ("arn", "ARN of a user"),
        ("principal", "principal"),
        ("tags", "e-mail address"),
    } == found
