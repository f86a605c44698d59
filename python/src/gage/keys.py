"""Machine keys: ed25519 and P-256, in memory or in the encrypted files that `gage keys new` writes."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from . import _bech32m
from ._keccak import keccak256
from .errors import KeyFileError

_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_SCRYPT_BYTES_MAX = 256 << 20
_FILE_BYTES_MAX = 65_536
_NUMBERS = {"ed25519": 1, "p256": 2}


class MachineKey:
    """A key that signs the transaction's hash. Wallets sign typed text instead."""

    def __init__(self, scheme: str, secret: bytes) -> None:
        if scheme not in _NUMBERS:
            raise ValueError(f"a machine signs with ed25519 or p256, not with {scheme}")
        if len(secret) != 32:
            raise ValueError("a secret key has 32 bytes")
        self.scheme = scheme
        self._ed25519 = ed25519.Ed25519PrivateKey.from_private_bytes(secret) if scheme == "ed25519" else None
        self._p256 = ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1()) if scheme == "p256" else None

    @classmethod
    def generate(cls) -> MachineKey:
        """A new ed25519 key. It is nowhere but in memory."""
        raw = serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
        return cls("ed25519", ed25519.Ed25519PrivateKey.generate().private_bytes(*raw))

    @classmethod
    def from_file(cls, path: str | Path, password: str) -> MachineKey:
        """The key of an encrypted file (Web3 Secret Storage, version 3). Raises KeyFileError."""
        data = Path(path).read_bytes()
        if len(data) > _FILE_BYTES_MAX:
            raise KeyFileError(f"{path} is too long for a key file")
        try:
            file = json.loads(data)
            secret, scheme = _decrypt(file["crypto"], password), file.get("scheme", "secp256k1_eip712")
            key = cls(scheme, secret)
        except (KeyError, TypeError, ValueError) as error:
            raise KeyFileError(f"{path} is not a key file of a machine: {error}") from None
        if file.get("public_key") not in (None, key.public):
            raise KeyFileError(f"{path} names another public key than that of its secret")
        return key

    @property
    def public(self) -> str:
        """The public key in text, like `ed25519:...`."""
        return f"{self.scheme}:{self.public_bytes.hex()}"

    @property
    def public_bytes(self) -> bytes:
        """The 32 bytes of ed25519 or the 33 compressed bytes of P-256."""
        if self._ed25519 is not None:
            raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
            return self._ed25519.public_key().public_bytes(*raw)
        assert self._p256 is not None
        point = serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
        return self._p256.public_key().public_bytes(*point)

    def account(self, genesis: str | None = None) -> str:
        """The account that this key opens alone: on a network by its genesis hash, or in its genesis file."""
        salt = bytes.fromhex(genesis) if genesis else bytes(32)
        parts = b"gage/account/1" + salt + bytes([_NUMBERS[self.scheme]]) + self.public_bytes
        return _bech32m.encode(hashlib.sha256(parts).digest())

    def sign(self, digest: bytes) -> dict[str, str]:
        """The signature of a transaction's hash, as the API reads it."""
        if len(digest) != 32:
            raise ValueError("a digest has 32 bytes")
        if self._ed25519 is not None:
            return {"scheme": "ed25519", "signature": self._ed25519.sign(digest).hex()}
        assert self._p256 is not None
        der = self._p256.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
        r, s = utils.decode_dss_signature(der)
        s = min(s, _P256_ORDER - s)  # Only the lower of the two forms is taken.
        return {"scheme": "p256", "signature": (r.to_bytes(32, "big") + s.to_bytes(32, "big")).hex()}

    def __repr__(self) -> str:
        return f"MachineKey({self.public})"


def _decrypt(crypto: dict[str, Any], password: str) -> bytes:
    parameters = crypto["kdfparams"]
    n, r, p = int(parameters["n"]), int(parameters["r"]), int(parameters["p"])
    if crypto["kdf"] != "scrypt" or crypto["cipher"] != "aes-128-ctr" or int(parameters["dklen"]) != 32:
        raise ValueError("only scrypt and aes-128-ctr are read")
    if not 0 < 128 * n * r * p <= _SCRYPT_BYTES_MAX:
        raise ValueError("it asks for too much memory")
    salt, hidden = bytes.fromhex(parameters["salt"]), bytes.fromhex(crypto["ciphertext"])
    derived = hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, dklen=32, maxmem=2 * _SCRYPT_BYTES_MAX)
    if not hmac.compare_digest(keccak256(derived[16:] + hidden).hex(), str(crypto["mac"]).lower()):
        raise KeyFileError("the password is wrong, or the file is damaged")
    cipher = Cipher(algorithms.AES(derived[:16]), modes.CTR(bytes.fromhex(crypto["cipherparams"]["iv"])))
    return cipher.decryptor().update(hidden)
