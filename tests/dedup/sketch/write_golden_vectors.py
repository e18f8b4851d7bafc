"""Writes golden_vectors.json with the plain reference. Needed only where a new version of the scheme is made."""

from __future__ import annotations

import json
from pathlib import Path

from colophon.dedup.sketch import reference
from colophon.dedup.sketch.scheme import Scheme

TEXTS: dict[str, bytes] = {
    "empty": b"",
    "punctuation only": b"?! ... --",
    "one word": b"Colophon",
    "four words": b"one two three four",
    "five words": b"one two three four five",
    "six words": b"one two three four five six",
    "repeated word": b"again " * 40,
    "English": b"The QUICK brown fox -- jumps, over the lazy dog; don't it? It's 2024-01-31.",
    "word of sixteen and of seventeen bytes": b"abcdefghijklmnop abcdefghijklmnopq",
    "long text": " ".join(f"word{n % 97}x{n * n % 31}" for n in range(1500)).encode(),
    "German": "Straße, GRÖSSE und Äpfel: früh übt sich, wer ein Meister werden will.".encode(),
    "Turkish": "İstanbul'da ılık bir gün; IŞIK ve ışık".encode(),
    "Vietnamese": "Tất cả mọi người sinh ra đều được tự do và bình đẳng".encode(),
    "Greek": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια".encode(),
    "Russian": "Все люди рождаются свободными и равными в своём достоинстве и правах.".encode(),
    "Arabic": "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق".encode(),
    "Hebrew": "כָּל בְּנֵי אָדָם נוֹלְדוּ בְּנֵי חוֹרִין".encode(),
    "Hindi": "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता प्राप्त है।".encode(),
    "Korean": "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다".encode(),
    "Chinese": "人人生而自由，在尊严和权利上一律平等。".encode(),
    "Japanese": "すべての人間は、生れながらにして自由であり、ﾃﾞｰﾀ２０２４年。".encode(),
    "Thai": "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกัน".encode(),
    "Khmer": "មនុស្សទាំងអស់កើតមកមានសេរីភាព".encode(),
    "Burmese": "လူတိုင်းသည် တူညီ လွတ်လပ်သော".encode(),
    "emoji": "Great 👍🏽 👩‍👩‍👧 🇫🇷 1️⃣ ☕ done".encode(),
    "full-width and ligatures": "ＦＵＬＬ　ｗｉｄｔｈ ﬁne ½ ㎏ ² Ⅳ".encode(),
    "marks and invisible characters": "e\u0301te\u0301 a\u00adb a\u200db a\u200bb \u0301 \u093f\ufeffx".encode(),
    "Latin-1 bytes": "café crème brûlée à la carte".encode("latin-1"),
    "truncated and overlong sequences": b"a\xe2\x82 b\xc0\xaf c\xf0\x9f\x98 d\xed\xa0\x80 e\xf5\x80\x80\x80 f\xff",
    "all bytes": bytes(range(256)),
}


def main() -> None:
    scheme = Scheme()
    vectors = []
    for name, text in TEXTS.items():
        slots = reference.sketch(text, scheme)
        vectors.append({
            "name": name,
            "text": text.hex(),
            "words": [word.hex() for word in reference.words(text)][:40],
            "shingles": len(reference.shingles(text, scheme)),
            "slots": b"".join(slot.to_bytes(2, "little") for slot in slots).hex(),
            "band_keys": [f"{key:016x}" for key in reference.band_keys(slots, scheme)],
        })  # fmt: skip
    file = Path(__file__).with_name("golden_vectors.json")
    file.write_text(json.dumps({"scheme": scheme.id, "vectors": vectors}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
