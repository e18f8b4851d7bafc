"""What only has the form of personal data is not counted; what is one is, in the writings that people use."""

from __future__ import annotations

import pytest

from colophon.analyzers.pii.detectors import detectors_for
from colophon.analyzers.pii.look_alikes import NAMED_BY
from colophon.analyzers.pii.personal_data import Detection, findings_in
from colophon.analyzers.pii.prefilter import prefilter_for
from colophon.vocabulary import Entity
from tests.hanging import without_hanging

DETECTORS = detectors_for(Entity, 0.5)
DETECTION = Detection(DETECTORS, prefilter_for(DETECTORS))


def found(text):
    return {f.entity: f.occurrences for f in findings_in(text, DETECTION)}


DECADES = [" ".join(str(year) for year in range(first, first + 10)) for first in range(1900, 2011)]
LOOK_ALIKES = [
    "Update libfoo from 2.4.1.9 to 12.16.8.3.",
    "fixed in 9.0.3.11, broken since 8.200.1.17",
    "<Reference Include='Acme.Core, Version=6.0.0.0, Culture=neutral'/>",
    "Browser/121.0.6167.85 Engine/537.36.1.2",
    "libfoo-128.129.130.7.tar.gz",
    "see sections 3.2.1.4, 5.1.1.2 and 7.3.3.9",
    "snmpget 1.3.6.1.2.1.1.5 and 2.5.4.3",
    "every = x[::2]; back = y[::-1]; late = z[2001::7]",
    "bead::cafe::face(), feed::add(1), use ::abc::def;",
    "at 12:30:45:10 and on 2025:12:31:10:20:30:40:50",
    "127.0.0.1 ::1 0.0.0.0 :: 10.9.8.7 172.20.1.4 192.168.77.12 169.254.1.9 255.255.255.255 224.0.0.251 ff02::fb",
    "address 203.0.113.77, address 198.51.100.23, address 192.0.2.144, address 2001:db8::17, address fe80::1",
    "ip route 81.173.192.0/20",
    "nameserver 8.8.8.8",
    "MD5 fingerprint 3c:22:fb:aa:10:7e:81:92:a3:b4:c5:d6:e7:f8:09:1b",
    "a dump:\n    3c:22:fb:aa:10:7e:81:92:\n    a2:b4:c5:d6:e7:f8\n",
    "ff:ff:ff:ff:ff:ff 00:00:00:00:00:00 01:00:5e:00:00:fb aa:bb:cc:dd:ee:ff 00:11:22:33:44:55",
    "10:20:30:40:50:60 and 12-31-20-30-40-50",
    "0000180a-0000-1000-8000-00805f9b34fb",
    "git@code.acme.org:team/tool.git, hg@hg.acme.org/tool, ssh://git@acme.io/x",
    "icon@2x.app logo@3x.ai scale@1.5x.me",
    "npm install @acme/core@14.2.1 left-pad@1.3.0",
    "user@example.com, your.name@example.org, foo@bar.test, noreply@acme.org",
    "https://user:secret@acme.org/path",
    "Message-ID: <20251014103421.GA1234@mail.acme.org>",
    "order 4539578763621486 of 5425233430109903 pieces",
    "4539 5787 6362 1486 1200 1300 1400",
    "0.12\t4539\t5787\t6362\t1486\t0.55",
    "4006381333931 9783161484100 0012345678905",
    "published as doi:10.1000/4539578763621486",
    "part numbers 123-45-6789, 555-12-3456 and 912-70-1234",
    "display driver V123456, license A1234567",
    "types AB123456C, QQ123456C, S1234567D, 12345678Z and X1234567L",
    "the plate AB12 CDE stood before B-MW 1234",
    "MORGA657054SM9IJ",
    "123e4567-e89b-12d3-a456-426614174000",
    "d41d8cd98f00b204e9800998ecf8427e",
    "48.208176, 16.373819 at 1700000000000",
    "a number between 0 and 0.9123456789; cell rate 353207.547; cell bm_id3154510",
    "the number of /text/cell/01/05090300.html",
    "struct U8[DL] payload of 14",
    "pages 1234-5678 and 100 200 300 400 500",
]


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_a_look_alike_is_not_counted(text):
    assert found(text) == {}


@pytest.mark.parametrize("separator", [" ", "  ", "\t", ", ", " | ", "-", "/", "\n", ""])
def test_no_row_of_years_is_a_card(separator):
    rows = [decade.replace(" ", separator) for decade in DECADES]
    rows += [separator.join(reversed(decade.split())) for decade in DECADES]
    rows += [separator.join(decade.split()[:length]) for decade in DECADES for length in (3, 4, 5, 6)]
    assert [row for row in rows if Entity.CREDIT_CARD in found(row)] == []


PLANTED = [
    ("Login failed from 81.173.192.14 port 22", Entity.IP_ADDRESS),
    ("blocked 81.2.69.142 today", Entity.IP_ADDRESS),
    ('91.64.17.3 - - [10/Oct/2025:13:55:36 +0000] "GET / HTTP/1.1" 200', Entity.IP_ADDRESS),
    ("Meine IP-Adresse ist 84.23.11.5.", Entity.IP_ADDRESS),
    ("client IP: 5.6.7.9", Entity.IP_ADDRESS),
    ("http://91.64.17.3/index", Entity.IP_ADDRESS),
    ("seen at 2a02:8070:88c:1f00:d1c1:12ab:3f4e:5 today", Entity.IP_ADDRESS),
    ("l'adresse 2a02:8070::5", Entity.IP_ADDRESS),
    ("MAC 3c:22:fb:aa:10:7e", Entity.MAC_ADDRESS),
    ("3C-22-FB-AA-10-7E", Entity.MAC_ADDRESS),
    ("MAC address 00:14:22:01:23:45", Entity.MAC_ADDRESS),
    ("Visa 4539578763621486", Entity.CREDIT_CARD),
    ("Kreditkarte: 5425 2334 3010 9903", Entity.CREDIT_CARD),
    ("it was 4539-5787-6362-1486.", Entity.CREDIT_CARD),
    ("card 4539 5787 6362 1486 123 12/27", Entity.CREDIT_CARD),
    ("3782 822463 10005", Entity.CREDIT_CARD),
    ("SSN: 536-22-8726", Entity.US_SSN),
    ("SSN 536228726", Entity.US_SSN),
    ("his Social Security number is 536-22-8726", Entity.US_SSN),
    ('{"ssn": "536-22-8726"}', Entity.US_SSN),
    ("ITIN 912-70-1234", Entity.US_ITIN),
    ("NI number AB 12 34 56 C", Entity.UK_NINO),
    ("NRIC S1234567D", Entity.SG_NRIC_FIN),
    ("DNI 12345678Z", Entity.ES_NIF),
    ("mi NIE es X1234567L", Entity.ES_NIE),
    ("driver's license number: A1234567", Entity.US_DRIVER_LICENSE),
    ("driving licence MORGA657054SM9IJ", Entity.UK_DRIVING_LICENCE),
    ("passport no. A12345678", Entity.US_PASSPORT),
    ("anna@kowalska.pl", Entity.EMAIL_ADDRESS),
    ("mailto:jean.dupont@example.org", Entity.EMAIL_ADDRESS),
]


@pytest.mark.parametrize(("text", "entity"), PLANTED)
def test_a_planted_value_is_counted_once(text, entity):
    assert found(text) == {entity: 1}


def test_each_card_of_a_list_is_counted():
    assert found("4539 5787 6362 1486, 5425 2334 3010 9903\n3782 822463 10005") == {Entity.CREDIT_CARD: 3}


@pytest.mark.parametrize("entity", sorted(NAMED_BY))
def test_a_type_that_must_be_named_is_not_counted_by_the_form_alone(entity):
    values = [text for text, planted in PLANTED if planted is entity]
    assert all(entity not in found(text.split()[-1].strip('"}')) for text in values)


@pytest.mark.parametrize(
    "unit", ["version 1.", "1.2.", "ip ", "references <", "a@b.de ", "81.173.192.14 ", "x-", "3c:"]
)
def test_rules_on_the_text_beside_a_find_take_time_in_proportion(unit):
    with without_hanging():
        findings_in((unit * 20_000)[:100_000] + "81.173.192.14 a@b.de", DETECTION)
