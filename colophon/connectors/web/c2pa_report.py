"""What the library c2pa reads of an image's manifests and finds when it validates them, as a program of its own.

Manifests come from strangers and the library is native code: a length in a few octets of CBOR makes it ask for any
amount of memory, which ends the process. So it is run apart, with limits, on the asset from standard input; standard
output gets the report as JSON, nothing where there is no manifest.
"""

from __future__ import annotations

import contextlib
import io
import json
import resource
import sys
from typing import Any

_SETTINGS = {
    "verify": {"verify_trust": False, "remote_manifest_fetch": False, "ocsp_fetch": False},
    "core": {
        # Identities may have to be looked up on the network.
        "decode_identity_assertions": False,
        "allowed_network_hosts": [],
        "max_decompressed_manifest_size_in_mb": 16,
    },
}
_MEMORY_BYTES = 2**30
_SECONDS = 10
_ABOUT = "training-mining"
#: What the library says where there is no manifest, or one only elsewhere.
_NOT_EMBEDDED = ("ManifestNotFound", "Remote")


def main(media_type: str) -> None:
    """Read standard input. Raises what the library raises, after the limits: failing is an answer."""
    for limit, value in ((resource.RLIMIT_AS, _MEMORY_BYTES), (resource.RLIMIT_CPU, _SECONDS)):
        # Some systems know a limit that they do not let be set.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, value))
    # After the limits, which hold for what is loaded too.
    import c2pa

    asset = io.BytesIO(sys.stdin.buffer.read())
    try:
        reader = c2pa.Reader(media_type, asset, None, c2pa.Context.from_dict(_SETTINGS))
    except c2pa.C2paError as error:
        if str(error).startswith(_NOT_EMBEDDED):
            return
        raise
    store = json.loads(reader.json())
    report = _about_training(store)
    if any(manifest["assertions"] for manifest in report["manifests"].values()):
        sys.stdout.write(json.dumps(report, sort_keys=True, separators=(",", ":")))
    elif any(_ABOUT in failure.get("url", "") for failure in _failures(store)):
        sys.exit("the assertion cannot be read")


def _about_training(store: dict[str, Any]) -> dict[str, Any]:
    """The report without what is not needed: names of people, places, thumbnails."""
    return {
        "validation_state": store.get("validation_state"),
        "failures": sorted({failure["code"] for failure in _failures(store)}),
        "active_manifest": store.get("active_manifest"),
        "manifests": {
            label: {
                "assertions": [a for a in manifest.get("assertions", ()) if _ABOUT in a["label"]],
                "ingredients": [
                    {key: i.get(key) for key in ("relationship", "active_manifest")}
                    for i in manifest.get("ingredients", ())
                ],
            }
            for label, manifest in store["manifests"].items()
        },
    }


def _failures(store: dict[str, Any]) -> list[dict[str, str]]:
    active = (store.get("validation_results") or {}).get("activeManifest") or {}
    failures: list[dict[str, str]] = active.get("failure", [])
    return failures


if __name__ == "__main__":
    main(sys.argv[1])
