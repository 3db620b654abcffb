"""Every fault of a pack is seen, at its line, together with all others."""

from pathlib import Path

import pytest

from policies.errors import BadPack, Fault
from policies.pack import load_pack, pack_from_document, placeholder_faults, read_pack
from tests.policies.made_up import LOGO, change, write_pack


def faults_of(folder: Path) -> tuple[Fault, ...]:
    with pytest.raises(BadPack) as bad:
        load_pack(folder)
    return bad.value.faults


def the_fault(folder: Path) -> Fault:
    found = faults_of(folder)
    assert len(found) == 1, found
    return found[0]


def test_a_complete_pack_is_read(fifth: Path) -> None:
    pack = load_pack(fifth)

    assert pack.slug == "vuon-rau"
    assert pack.controller.name.vi == "Vườn Rau"
    assert [field.code for field in pack.fields] == ["address", "gate", "email", "taste", "screen"]
    taste = pack.field("taste")
    assert taste is not None
    assert [choice.label.en for choice in taste.choices] == ["Hot", "Mild"]
    assert pack.placeholders == ()


def test_the_stored_document_gives_the_same_pack(fifth: Path) -> None:
    read = read_pack(fifth)

    assert pack_from_document(read.document) == read.pack


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('accent = "#1f6b3a"', 'accent = "#9fdcb4"', "contrast"),
        ('accent_dark = "#8fd6a5"', 'accent_dark = "#1f3b2a"', "contrast"),
        ('accent = "#1f6b3a"', 'accent = "green"', "#0a5c8f"),
        ("format = 1\n", "format = 2\n", "format"),
        ("evidence_years = 2", "evidence_years = 0", "evidence_years"),
        ("evidence_years = 2", "evidence_yeers = 2\nevidence_years = 2", "evidence_yeers"),
        ("mail_days = 60\n", "", "own_records.mail_days"),
        ("mail_days = 60", "mail_days = -1", "own_records.mail_days"),
        ("mail_days = 60", "mail_days = 36500", "absurd"),
        ("mail_days = 60", "mail_day = 60\nmail_days = 60", "mail_day"),
        ('slug = "vuon-rau"', 'slug = "Vườn"', "pack.slug"),
        ('slug = "vuon-rau"', 'slug = "other"', "vuon-rau"),
        ('facts = ["VR-1"]', 'facts = ["VR-1", "VR-3"]', "VR-2"),
        ('facts = ["VR-1"]', 'facts = ["VR-1", "one"]', "one"),
        ('email = "rau@example.vn"', 'email = "rau"', "rau"),
        ('code = "zalo"\nurl = "https://zalo.me/0900000000"', 'code = "zalo"', "zalo"),
        ('code = "zalo"\nurl', 'code = "fax"\nurl', "channels[2].code"),
        ('basis = "contract"', 'basis = "silence"', "purposes[1].basis"),
        ('ends = "contract"', 'ends = "contract"\npreticked = true', "never ticked"),
        ('ends = "withdrawal"', 'ends = "never"', "withdrawal"),
        ('opt_out = { vi = "Rút lại sự đồng ý.", en = "Withdraw your consent." }\n', "", "opt_out"),
        ('frequency = { vi = "02 lần mỗi tháng", en = "twice a month" }\n', "", "frequency"),
        ('channels = ["email", "zalo"]', 'channels = ["email", "pigeon"]', "pigeon"),
        ('fields = ["address", "gate"]', 'fields = ["address", "gate", "garden"]', "garden"),
        ('fields = ["address", "gate"]', 'fields = ["address"]', "fields.gate"),
        ('recipients = ["rider"]', 'recipients = ["rider", "ghost"]', "ghost"),
        ('recipients = ["rider"]\n', "", "recipients.rider"),
        ('retention = "season"', 'retention = "forever"', "forever"),
        ('kind = "address"', 'kind = "smell"', "fields[1].kind"),
        ("max_mb = 4\n", "", "max_mb"),
        ('kind = "email"', 'kind = "email"\nmax_mb = 4', "size limit"),
        (', { code = "mild", vi = "Không cay", en = "Mild" } ]', " ]", "choice"),
        ('code = "mild", vi = "Không cay", en = "Mild"', 'code = "mild", vi = "Không cay"', "en"),
        ('consequence = { vi = "Không giao được.", en = "No delivery." }', 'consequence = "No"', "consequence"),
        ('consequence = { vi = "Không giao được.", en = "No delivery." }\n', "", "consequence"),
        ('en = "Delivery address" }', 'en = " " }', "fields[1].label.en"),
        ("consent = true", "consent = false", "clause"),
        ("cross_border = false\n", "", "cross_border"),
        ('event = "order-closed"\n', "", "event"),
        ("months = 3\n", "", "months"),
        ("months = 3\n", "months = -3\n", "months"),
        ("months = 3\n", "months = 1201\n", "longer than 100 years"),
        ('rule = "until-erased"', 'rule = "law"\nclause = "L91 14.2"', "months"),
        ('also = ["asked"]', 'also = ["asked", "gone"]', "gone"),
        ("target_days = 3", "target_days = 12", "target"),
        ("days = 9\nname", "days = 10\nname", "complaints.tiers.only"),
        ("resolution_days = 9", "resolution_days = 90", "complaints.categories.misuse"),
        ("retention_days = 30", 'retention_days = "30"', "retention_days"),
    ],
)
def test_a_fault_in_the_declarations_is_seen(fifth: Path, before: str, after: str, words: str, english: None) -> None:
    change(fifth, before, after)

    found = faults_of(fifth)

    assert any(words in fault.message for fault in found), found
    assert all(fault.path == "policy.toml" and fault.line >= 1 for fault in found)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('accent = "#1f6b3a"', 'accent = "#9fdcb4"'),
        ('basis = "contract"', 'basis = "silence"'),
        ('channels = ["email", "zalo"]', 'channels = ["email", "pigeon"]'),
        ("max_mb = 4", "max_mb = 0"),
        ("resolution_days = 9", "resolution_days = 0"),
        ("retention_days = 30", "retention_days = true"),
        ('en = "Delivery address" }', "en = 3 }"),
    ],
)
def test_a_fault_names_the_line_on_which_it_stands(fifth: Path, before: str, after: str) -> None:
    line = change(fifth, before, after)

    assert the_fault(fifth).line == line


def test_a_buyer_is_refused_by_name(fifth: Path, english: None) -> None:
    line = change(fifth, 'class = "carrier"', 'class = "buyer"')

    assert (line, "No recipient may buy or trade in personal data.") in [
        (fault.line, fault.message) for fault in faults_of(fifth)
    ]


def test_device_data_needs_consent(fifth: Path, english: None) -> None:
    change(fifth, 'fields = ["address", "gate"]', 'fields = ["address", "gate", "screen"]')
    text = (fifth / "policy.toml").read_text(encoding="utf-8")
    at = text.index('code = "screen"')
    (fifth / "policy.toml").write_text(
        text[:at] + text[at:].replace('purposes = ["recipes"]', 'purposes = ["recipes", "delivery"]', 1),
        encoding="utf-8",
    )

    assert "only under consent" in the_fault(fifth).message


def test_something_declared_twice_is_seen(fifth: Path, english: None) -> None:
    change(fifth, 'code = "asked"\nrule', 'code = "season"\nrule')

    assert any("declared twice" in fault.message for fault in faults_of(fifth))


def test_all_faults_come_at_once(fifth: Path) -> None:
    change(fifth, 'accent = "#1f6b3a"', 'accent = "#9fdcb4"')
    change(fifth, "retention_days = 30", "retention_days = -1")
    (fifth / "en" / "use.md").unlink()
    (fifth / "vi" / "use.md").write_text("<b>rau</b>\n", encoding="utf-8")

    found = faults_of(fifth)

    assert [fault.path for fault in found] == ["en/use.md", "policy.toml", "policy.toml", "vi/use.md"]
    assert list(found) == sorted(found)


def test_broken_toml_is_told_with_its_line_and_texts_are_still_read(fifth: Path) -> None:
    line = change(fifth, "format = 1\n", "format = \n")
    (fifth / "en" / "use.md").write_text("", encoding="utf-8")

    assert {(fault.path, fault.line) for fault in faults_of(fifth)} == {("policy.toml", line), ("en/use.md", 1)}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_both_languages_must_be_there(fifth: Path, language: str) -> None:
    (fifth / language / "erasure.md").unlink()

    assert the_fault(fifth).path == f"{language}/erasure.md"


def test_a_misnamed_section_is_seen(fifth: Path) -> None:
    (fifth / "en" / "usage.md").write_text("Words.\n", encoding="utf-8")

    assert the_fault(fifth).path == "en/usage.md"


@pytest.mark.parametrize(
    "text",
    [
        "Fine.\n\n<script>alert(1)</script>\n",
        "Fine.\n\nA <b>bold</b> word.\n",
        "Fine.\n\n![a picture](https://example.vn/x.png)\n",
        "Fine.\n\n[a link](portal:nowhere)\n",
        "Fine.\n\n[a link](complaints/new/)\n",
        "Fine.\n\nWords <!-- VR-1\n",
    ],
)
def test_a_text_may_hold_only_what_is_shown(fifth: Path, text: str) -> None:
    (fifth / "en" / "use.md").write_text(text, encoding="utf-8")

    assert {(fault.path, fault.line) for fault in faults_of(fifth)} == {("en/use.md", 3)}


def test_a_file_that_is_no_text_is_told(fifth: Path) -> None:
    (fifth / "en" / "use.md").write_bytes(b"one\n\xff\xfe\n")

    assert str(the_fault(fifth)).startswith("en/use.md:2:")


@pytest.mark.parametrize(
    "logo",
    [
        "<p>no picture</p>",
        LOGO.replace("<circle", "<script>1</script><circle"),
        LOGO.replace("<circle", '<circle onload="x()"'),
        LOGO.replace("<circle", '<image href="https://example.vn/x.png"/><circle'),
        LOGO.replace("<circle", '<use href="https://example.vn/x.svg#a"/><circle'),
        '<!DOCTYPE svg [<!ENTITY a "b">]>' + LOGO,
    ],
)
def test_a_logo_holds_shapes_only(fifth: Path, logo: str) -> None:
    (fifth / "logo.svg").write_text(logo, encoding="utf-8")

    assert {fault.path for fault in faults_of(fifth)} == {"logo.svg"}


def test_placeholders_are_collected_with_their_lines(fifth: Path) -> None:
    line = change(
        fifth, 'phone = "+84 900 000 000"', 'phone = { placeholder = true, vi = "[Chưa có]", en = "[None yet]" }'
    )
    proposed = change(fifth, 'rule = "until-erased"', 'rule = "until-erased"\nproposed = true')
    (fifth / "en" / "use.md").write_text(
        "<!-- VR-1 -->\nBy [To be supplied: the name of the rider].\n", encoding="utf-8"
    )

    pack = load_pack(fifth)

    assert [(fault.path, fault.line) for fault in placeholder_faults(pack)] == [
        ("policy.toml", line),
        ("policy.toml", proposed + 1),
        ("en/use.md", 2),
    ]
    assert pack.controller.phone.placeholder


def test_a_placeholder_still_needs_both_languages(fifth: Path) -> None:
    line = change(fifth, 'phone = "+84 900 000 000"', 'phone = { placeholder = true, vi = "[Chưa có]" }')

    assert the_fault(fifth).line == line


def test_the_hash_follows_every_file_and_no_line_ending(fifth: Path) -> None:
    first = read_pack(fifth).content_hash
    toml = (fifth / "policy.toml").read_bytes()
    (fifth / "policy.toml").write_bytes(toml.replace(b"\n", b"\r\n"))
    assert read_pack(fifth).content_hash == first

    for name, text in (("vi/use.md", "Rau.\n"), ("logo.svg", LOGO.replace('r="4"', 'r="3"'))):
        (fifth / name).write_text(text, encoding="utf-8")
        assert read_pack(fifth).content_hash != first
        write_pack(fifth.parent)
    assert read_pack(fifth).content_hash == first


def test_an_empty_folder_is_a_bad_pack(tmp_path: Path) -> None:
    assert "policy.toml" in {fault.path for fault in faults_of(tmp_path)}


@pytest.mark.parametrize("value", ["[]", "3", '"text"'])
def test_a_table_of_the_wrong_kind_is_a_fault_not_a_crash(fifth: Path, value: str) -> None:
    text = (fifth / "policy.toml").read_text(encoding="utf-8")
    start, end = text.index("[controller]"), text.index("[[channels]]")
    (fifth / "policy.toml").write_text(f"controller = {value}\n" + text[:start] + text[end:], encoding="utf-8")

    assert any("controller" in fault.message for fault in faults_of(fifth))
