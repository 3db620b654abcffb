"""What stands in a copy, and how: everything of the person, nothing of others, harmless in every form."""

import re
from datetime import datetime

import pytest

from core.actors import SYSTEM
from personal_data import package_sections
from personal_data.checks import check_copies
from personal_data.models import DataSubject
from personal_data.package_names import Folders, safe_name
from personal_data.services.files import store_file
from personal_data.services.holding import write_item
from personal_data.services.packaging import leave_out_fields
from personal_data.services.subjects import create_subject
from policies.services.publishing import publish
from tests.journeys.pictures import picture
from tests.personal_data.package_steps import fetched, made

EVIL = "=HYPERLINK(\"https://evil.example\")<script>alert('x')</script>"


def test_every_table_and_link_is_decided() -> None:
    assert check_copies(None) == []


@pytest.mark.parametrize(
    ("forget", "words"),
    [
        (lambda decided: decided.sections.pop("data"), "personal_data.DataItem is neither shown nor left out"),
        (lambda decided: decided.links.pop("complaints.Complaint.about_staff"), "about_staff leads to a person"),
        (
            lambda decided: decided.left_out.update({"consent.ConsentJob": ""}),
            "ConsentJob is left out without a reason",
        ),
        (lambda decided: decided.left_out.update({"consent.Gone": "?"}), "consent.Gone is no table"),
        (lambda decided: decided.links.update({"consent.LedgerEntry.act": "?"}), "act is no link to a person"),
        (lambda decided: decided.left_out.update({"accounts.User": "?"}), "accounts.User is both shown and left out"),
    ],
)
def test_what_nobody_decided_stops_the_start(forget, words: str, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    known = package_sections._decided
    decided = package_sections._Decided(dict(known.sections), dict(known.left_out), dict(known.links))
    forget(decided)
    monkeypatch.setattr(package_sections, "_decided", decided)
    found = [str(message.msg) for message in check_copies(None)]
    assert any(words in one for one in found)
    assert all(message.id == "personal_data.E004" for message in check_copies(None))


def test_sections_have_columns_for_what_their_rows_hold() -> None:
    codes = [section.code for section in package_sections.sections()]
    assert codes[:2] == ["data", "files"] and len(codes) == len(set(codes))
    for section in package_sections.sections():
        keys = [key for key, _heading in section.columns]
        assert len(keys) == len(set(keys)) and re.fullmatch(r"[a-z_]+", section.code)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\x\\ảnh.png", "ảnh.jpg"),
        ("CON.jpg", "file CON.jpg"),
        ("lpt1", "file lpt1.jpg"),
        ("\u202egpj.exe", "gpj.jpg"),
        ("a\x00b\nc.jpg", "abc.jpg"),
        ("...", "file.jpg"),
        ("x" * 300 + ".jpg", "x" * 80 + ".jpg"),
        ('<>:"|?*.png', "png.jpg"),
    ],
)
def test_a_hostile_file_name_is_only_a_name(name: str, safe: str) -> None:
    assert safe_name(name, "image/jpeg") == safe


def test_names_that_only_some_systems_tell_apart_are_numbered() -> None:
    folders = Folders()
    paths = [folders.path("files", name, "image/png") for name in ("Ảnh.png", "ảnh.PNG", "A\u0309nh.png")]
    assert paths == ["files/files/Ảnh.png", "files/files/ảnh (2).png", "files/files/Ảnh (3).png"]
    assert folders.path("complaint_files", "Ảnh.png", "image/png") == "files/complaint_files/Ảnh.png"


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
class TestWhole:
    @pytest.fixture
    def somebody(self, transactional_db: None, now: datetime) -> DataSubject:
        """A person of ACROS, whose policy takes pictures."""
        publish(slug="acros", by=SYSTEM, now=now, demo=True)
        return create_subject(by=SYSTEM, now=now, language="vi")

    def test_files_stand_in_it_as_they_were_given(self, somebody: DataSubject, now: datetime) -> None:
        stored = [
            store_file(subject_id=somebody.pk, field="payment-image", name=name, data=picture(), by=SYSTEM, now=now)
            for name in ("../mặt.jpg", "MẶT.jpg")
        ]
        copy = fetched(made(somebody.pk, now), now)
        rows = copy.rows("files")
        assert [row["files"] for row in rows] == [["files/files/mặt.png"], ["files/files/MẶT (2).png"]]
        assert all(len(copy.entries[row["files"][0]]) == row["bytes"] for row in rows)
        assert 'href="files/files/m%E1%BA%B7t.png"' in copy.page and len(stored) == 2

    def test_a_value_is_never_markup_or_a_formula(self, somebody: DataSubject, now: datetime) -> None:
        write_item(subject_id=somebody.pk, field="full-name", value=EVIL, by=SYSTEM, now=now)
        copy = fetched(made(somebody.pk, now), now)
        assert "<script" not in copy.page and "&lt;script&gt;" in copy.page
        assert "\"'=HYPERLINK" in copy.csv("data") and copy.rows("data")[0]["value"] == EVIL

    def test_the_page_reaches_for_nothing(self, somebody: DataSubject, now: datetime) -> None:
        page = fetched(made(somebody.pk, now), now).page
        assert "default-src &#x27;none&#x27;" in page and "<script" not in page
        assert not re.search(r"(src|href)=\"(https?:)?//", page) and "url(" not in page and "@import" not in page

    def test_what_is_left_out_is_told_with_its_ground(self, somebody: DataSubject, now: datetime) -> None:
        write_item(subject_id=somebody.pk, field="full-name", value="Trần Thị Hoa", by=SYSTEM, now=now)
        write_item(subject_id=somebody.pk, field="phone", value="0912345678", by=SYSTEM, now=now)
        copy = fetched(made(somebody.pk, now, left_out=leave_out_fields(["phone"], ground="R2")), now)
        assert "+84912345678" not in str(copy.entries) and "0912 345 678" not in copy.page
        (gone,) = copy.data["sections"]["data"]["left_out"]
        assert gone["ground"] == "R2" and gone["words"] in copy.page
        assert copy.data["sections"]["files"]["left_out"] == []

    def test_a_whole_section_can_be_left_out(self, somebody: DataSubject, now: datetime) -> None:
        left_out = [{"section": "record", "ref": "", "ground": "R2"}]
        copy = fetched(made(somebody.pk, now, left_out=left_out), now)
        assert copy.rows("record") == [] and copy.data["sections"]["record"]["left_out"]

    def test_nobody_else_stands_in_it(self, somebody: DataSubject, now: datetime) -> None:
        other = create_subject(by=SYSTEM, now=now, language="vi")
        write_item(subject_id=other.pk, field="full-name", value="Người Khác", by=SYSTEM, now=now)
        write_item(subject_id=somebody.pk, field="full-name", value="Chính Mình", by=SYSTEM, now=now)
        entries = fetched(made(somebody.pk, now), now).entries
        text = "".join(entry.decode() for entry in entries.values())
        assert "Chính Mình" in text and "Người Khác" not in text and str(other.pk) not in text
