#!/usr/bin/env python3
"""Checks the file of a receipt that an exam gave its candidate. Stands alone: Python and the package `cryptography`.

    python verify_receipt.py receipt.json --key <public key in base64, from elsewhere than the file>

It proves, or says which of these does not hold:
1. the receipt was signed with that key;
2. the events in the file are those that the receipt stands for: each carries the hash of the one before;
3. the receipt is under the root that was published for its room, and that root was signed with that key.
Then it prints the last answer to every question, as the receipt stands for them. Sources: RFC 8032 (Ed25519),
RFC 6962, section 2.1 (Merkle trees), the platform's docs/receipts.md (what the texts hold).
"""

import argparse
import base64
import hashlib
import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Broken(Exception):
    """Something in the file does not hold; the message says what."""


def check_signature(key: bytes, signed: dict, what: str) -> dict:
    """The JSON of a signed text."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(base64.b64decode(signed["signature"]), signed["body"].encode())
    except (InvalidSignature, ValueError):
        raise Broken(f"the signature of the {what} is not of this key") from None
    return json.loads(signed["body"])


def check_chain(events: list, receipt: dict) -> None:
    """Every hash up to the end that the receipt names, computed again from the texts."""
    if len(events) < receipt["events"]:
        raise Broken(f"the file has {len(events)} events, the receipt stands for {receipt['events']}")
    before = ""
    for number, event in enumerate(events[:receipt["events"]]):
        before = hashlib.sha256(f"{before}\n{number}\n{event['payload']}".encode()).hexdigest()
        if event["seq"] != number or event["hash"] != before:
            raise Broken(f"event {number} was changed, or one before it was taken out")
    if before != receipt["digest"]:
        raise Broken("the events are whole, but not those of this receipt")


def check_inclusion(receipt_text: str, proof: dict, root: dict) -> None:
    """The path from the leaf to the root (RFC 6962, section 2.1.1)."""
    value = hashlib.sha256(b"\x00" + receipt_text.encode()).digest()
    index, last = proof["index"], proof["leaves"] - 1
    for step in map(bytes.fromhex, proof["path"]):
        if not last:
            raise Broken("the proof of the receipt is too long")
        if index % 2 or index == last:
            value = hashlib.sha256(b"\x01" + step + value).digest()
            while index and not index % 2:
                index, last = index // 2, last // 2
        else:
            value = hashlib.sha256(b"\x01" + value + step).digest()
        index, last = index // 2, last // 2
    if last or value.hex() != root["root"] or proof["leaves"] != root["leaves"]:
        raise Broken("the receipt is not under the root of its room")


def last_answers(events: list, receipt: dict) -> dict:
    """Of each question, the last answer that came in time, by what was signed."""
    late, answers = set(receipt.get("late", ())), {}
    for event in events[:receipt["events"]]:
        payload = json.loads(event["payload"])
        if "item" in payload and event["seq"] not in late:
            answers[payload["item"]] = payload["response"]
    return answers


def verify(file: dict, key: bytes) -> tuple:
    """(the receipt, whether its room's root is published); raises Broken."""
    receipt = check_signature(key, file["receipt"], "receipt")
    check_chain(file["events"], receipt)
    proof = file.get("proof")
    if proof:
        root = check_signature(key, proof["root"], "root")
        if (root["sitting"], root["room"]) != (receipt["sitting"], receipt["room"]):
            raise Broken("this is the root of another room")
        check_inclusion(file["receipt"]["body"], proof, root)
    return receipt, bool(proof)


def main() -> int:
    """0 where everything holds, 1 where something does not, 2 where the file cannot be read."""
    parser = argparse.ArgumentParser(description="Check the file of an exam's receipt.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", required=True, help="the public key, 32 bytes in base64")
    given = parser.parse_args()
    try:
        file = json.loads(given.file.read_text("utf-8"))
        receipt, published = verify(file, base64.b64decode(given.key, validate=True))
        answers = last_answers(file["events"], receipt)
    except Broken as broken:
        print(f"NOT GENUINE: {broken}.")
        return 1
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"This is no file of a receipt: {type(error).__name__}.")
        return 2
    print(f"Genuine: candidate {receipt['candidate']}, handed in {receipt['handed_in']}, {receipt['events']} events.")
    print("It is under the published root of its room." if published
          else "The root of its room was not published when this file was made.")
    if "late" not in receipt:
        print("It is an old receipt, which does not say which answers came late: all are shown.")
    elif receipt["late"]:
        print(f"Came after the end of the time, and not shown: events {', '.join(map(str, receipt['late']))}.")
    for item, response in answers.items():
        print(f"  {item}  {json.dumps(response, ensure_ascii=False)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
