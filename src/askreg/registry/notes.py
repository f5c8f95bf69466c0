"""Signed notes, the form of C2SP (signed-note) that transparency logs sign their checkpoints in.

A note is text, an empty line, and a line for each signature: `— name base64(key id, signature)`. Only Ed25519 is made
and checked here; lines of other keys are left alone, as witnesses may add theirs.
"""

import base64
import binascii
import hashlib
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from askreg.errors import AskregError, InvalidInput, StorageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_ED25519 = b"\x01"
_DASH = "\u2014 "
_LONGEST = 100_000
"""Characters of a note that are read."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A name and the public key (32 bytes) that signs under it."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """Return the four bytes by which a signature names its key."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        """Return the text form: `name+id+key`."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(_ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, vkey: str) -> "Verifier":
        """Read the text form; raises `InvalidInput`."""
        name, _, rest = vkey.strip().partition("+")
        id, _, key = rest.partition("+")
        try:
            raw = base64.b64decode(key, validate=True)
        except binascii.Error:
            raw = b""
        found = cls(name, raw[1:])
        if not name or raw[:1] != _ED25519 or len(raw) != 33 or found.id.hex() != id:
            raise InvalidInput(f"{vkey!r} is not an Ed25519 verifier key; 'askreg audit key' prints one: name+id+key")
        return found

    def verifies(self, text: str, signature: bytes) -> bool:
        """Return whether the key made this signature of the text."""
        ed25519 = _library()
        from cryptography.exceptions import InvalidSignature

        try:
            ed25519.Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, kept in one file that only its owner may read."""

    private: "Ed25519PrivateKey"

    @classmethod
    def generate(cls) -> "SigningKey":
        """Make a new key."""
        return cls(_library().Ed25519PrivateKey.generate())

    @classmethod
    def read(cls, path: Path) -> "SigningKey":
        """Read a kept key, refusing one that others may read."""
        _library()
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077:
                raise StorageError(f"{path} may be read by others (mode {mode:o}): chmod 600 it, or make a new key")
            key = load_pem_private_key(path.read_bytes(), password=None)
        except OSError as error:
            raise StorageError(f"{path} cannot be read: {error.strerror}") from None
        except (ValueError, TypeError):
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            raise StorageError(f"{path} holds no Ed25519 key; restore it, or move it away and a new one is made")
        return cls(key)

    def write(self, path: Path) -> None:
        """Keep the key in a new file of mode 0600, never over another."""
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        text = self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(text)
        except OSError as error:
            raise StorageError(f"{path} cannot be written: {error.strerror}") from None

    def verifier(self, name: str) -> Verifier:
        """Return the public half, under a name."""
        return Verifier(name, self.private.public_key().public_bytes_raw())

    def sign(self, text: str, *, name: str) -> str:
        """Return the note of a text, which ends in a newline."""
        signature = self.verifier(name).id + self.private.sign(text.encode())
        return f"{text}\n{_DASH}{name} {base64.b64encode(signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and who, by name and key id, signed it how. Nothing of it is to be believed before it is checked."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]

    @classmethod
    def parse(cls, note: str) -> "Note":
        """Read a note; raises `ValueError`."""
        text, blank, below = note.rpartition("\n\n")
        if not blank or len(note) > _LONGEST or not below.endswith("\n") or any(c < " " and c != "\n" for c in note):
            raise ValueError("not a signed note")
        return cls(f"{text}\n", tuple(_signature(line) for line in below[:-1].split("\n")))

    def doubt(self, keys: Iterable[Verifier]) -> str | None:
        """Return why the text is not to be believed, or None if one of these keys signed it."""
        known = {(key.name, key.id): key for key in keys}
        checked = [(known[name, id], signature) for name, id, signature in self.signatures if (name, id) in known]
        for key, signature in checked:
            if not key.verifies(self.text, signature):
                return f"its signature is not one by {key.name} ({key.id.hex()}) of this text: it was altered or forged"
        if checked:
            return None
        signers = ", ".join(f"{name} ({id.hex()})" for name, id, _ in self.signatures)
        return f"it is signed by {signers}, and no key known here is theirs: pass the signer's with --key"


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    raw = base64.b64decode(encoded, validate=True)  # raises binascii.Error, a ValueError
    if not line.startswith(_DASH) or not name or "+" in name or len(raw) <= 4:
        raise ValueError("not a signature line")
    return name, raw[:4], raw[4:]


def _library() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ModuleNotFoundError:
        raise AskregError("signatures need the library cryptography: pip install 'askreg[audit]'") from None
    return ed25519
