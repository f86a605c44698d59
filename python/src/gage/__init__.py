"""Client of Gage: read a node, sign with machine keys, submit, follow what happens.

    from gage import Client, MachineKey, operations

    with Client() as node:
        alice = node.signer(MachineKey.from_file("alice.json", password))
        alice.send(operations.transfer(to, asset=0, amount=operations.units("12.5", 18)))
"""

from . import errors, operations
from .client import Client, Signer
from .errors import GageError, Problem, Rejected
from .keys import MachineKey
from .stream import Stream
from .transaction import Transaction

__all__ = [
    "Client",
    "GageError",
    "MachineKey",
    "Problem",
    "Rejected",
    "Signer",
    "Stream",
    "Transaction",
    "errors",
    "operations",
]
__version__ = "0.1.0"
