"""What a scan must be: opened, of the party's own, with something on it, as many pages as the text or a word why."""

import io

import pytest
from django.core.cache import caches
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image, ImageDraw

from contracts.agreements import services
from contracts.agreements.problems import ScanRefused, ScanUnlike
from market.kernel import files
from market.kernel.papers import FileUnreadable
from tests import scans, story
from tests.cast import MONDAY, MONDAY_ON
from tests.contracts.standing import refused


def seal(actor, contract, content, **said):
    return services.sign_contract(
        actor=actor,
        contract_id=contract.id,
        version=None,
        scan=ContentFile(content, "scan"),
        signed_on=MONDAY_ON,
        at=MONDAY,
        **said,
    )


def picture(size=(800, 1130), paper="white", *, format="PNG", is_sealed=True) -> bytes:
    image = Image.new("RGB", size, paper)
    if is_sealed:
        ImageDraw.Draw(image).ellipse((size[0] // 2, size[1] // 2, size[0] - 20, size[1] - 20), outline="red", width=8)
    content = io.BytesIO()
    image.save(content, format)
    return content.getvalue()


def blank_pdf() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (600, 800), "white").save(content, "PDF")
    return content.getvalue()


BLANK, TOO_SMALL = "blank", "too_small"
WORTHLESS = {
    "a pixel": (picture((1, 1), is_sealed=False), TOO_SMALL),
    "a red pixel": (picture((1, 1), "red", is_sealed=False), TOO_SMALL),
    "a thumbnail": (picture((90, 120)), TOO_SMALL),
    "a white sheet": (picture(is_sealed=False), BLANK),
    "a grey sheet": (picture(paper="#d8d4cc", is_sealed=False, format="JPEG"), BLANK),
    "a black sheet": (picture(paper="black", is_sealed=False), BLANK),
    "a blank page as PDF": (blank_pdf(), BLANK),
}


@pytest.mark.parametrize("name", WORTHLESS)
def test_what_cannot_be_read_or_shows_nothing_is_refused(final, cast, name):
    content, reason = WORTHLESS[name]

    with refused(ScanRefused) as found:
        seal(cast.university_clerk, final, content, pages_note="仅签章页")

    assert found.value.data == {"reason": reason}


@pytest.mark.parametrize("content", [b"%PDF-1.7\nsealed\n", picture()[:200]])
def test_what_cannot_be_opened_is_refused(final, cast, content):
    with refused(FileUnreadable):
        seal(cast.university_clerk, final, content)


def test_one_file_does_not_serve_both_sides(final, cast):
    seal(cast.university_clerk, final, story.SCAN)

    with refused(ScanRefused) as found:
        seal(cast.enterprise_clerk, final, story.SCAN)

    assert found.value.data == {"reason": "same_as_other_side"}


def test_the_same_pages_in_another_file_are_still_the_same(final, cast):
    seal(cast.university_clerk, final, story.SCAN)

    with refused(ScanRefused) as found:
        seal(cast.enterprise_clerk, final, story.SCAN + b"% saved again\n")

    assert found.value.data == {"reason": "same_as_other_side"}


def test_the_text_as_it_was_drawn_bears_no_seal(final, cast):
    drawn = files.open_file(final.document).read()

    with refused(ScanRefused) as found:
        seal(cast.university_clerk, final, drawn)

    assert found.value.data == {"reason": "not_sealed"}


@pytest.mark.parametrize("content", [scans.pdf("seller", pages=1), scans.pdf("seller", pages=5), picture()])
def test_another_number_of_pages_than_the_text_has_is_refused_until_the_signer_says_why(final, cast, content):
    with refused(ScanUnlike) as found:
        seal(cast.university_clerk, final, content, pages_note="  ")

    assert found.value.data["expected"] == 2
    row = seal(cast.university_clerk, final, content, pages_note="仅扫描签章页")
    assert row.signatures.get().pages_note == "仅扫描签章页"


def test_pages_are_shown_as_pictures_to_those_who_may_read_the_contract_and_to_nobody_else(final, cast, api):
    seal(cast.university_clerk, final, story.SCAN)
    clerk, other = api.as_(cast.enterprise_clerk), api.as_(cast.other_clerk)
    addresses = [
        reverse("agreements:document-page", args=[final.id, 1]),
        reverse("agreements:scan-page", args=[final.id, "seller", 2]),
    ]

    for address in addresses:
        answer = clerk.get(address)
        shown = Image.open(io.BytesIO(answer.content))
        assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/png", "private, no-store")
        assert (shown.format, max(shown.size)) == ("PNG", 1200)
        assert other.get(address).status_code == 404
    beside = clerk.get(reverse("agreements:papers", args=[final.id])).content.decode()
    assert all(address in beside for address in addresses)


def test_a_page_is_drawn_once_and_told_again_from_the_drawing(final, cast, api):
    seal(cast.university_clerk, final, story.SCAN)
    path = scans.path_of(final.signatures.get().scan.sha256)
    address = reverse("agreements:scan-page", args=[final.id, "seller", 1])
    client, other = api.as_(cast.broker), api.as_(cast.other_clerk)
    caches["drawn_pages"].clear()

    first = client.get(address)
    path.unlink()
    again, hidden = client.get(address), other.get(address)
    caches["drawn_pages"].clear()
    gone = client.get(address)

    assert (first.status_code, again.content == first.content) == (200, True)
    assert (hidden.status_code, gone.status_code) == (404, 404)


@pytest.mark.parametrize("number", [0, 3, 999])
def test_a_page_that_the_scan_has_not_is_not_found(final, cast, api, number):
    seal(cast.university_clerk, final, story.SCAN)

    answer = api.as_(cast.broker).get(reverse("agreements:scan-page", args=[final.id, "seller", number]))

    assert answer.status_code == 404
