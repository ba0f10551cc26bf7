// The chain of events: each carries the hash of the one before, as the server computes it.
import { sha256 } from "/npm/@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "/npm/@noble/hashes/utils.js";

export function eventHash(prev, seq, payload) {
  return bytesToHex(sha256(utf8ToBytes(`${prev}\n${seq}\n${payload}`)));
}
