"""The client against a real node: acts, refusals, pages, fees, networks, streams, restarts."""

from __future__ import annotations

import socket
import subprocess
import sys
import time

import httpx
import pytest
import routes as routes_tool
from conftest import PASSWORD, ROOT, Place

from gage import Client, MachineKey, Rejected, errors, operations
from gage.client import compare


@pytest.fixture()
def node(place: Place):
    with Client(place.url, genesis=place.genesis) as client:
        yield client


@pytest.fixture(scope="session")
def key(place: Place) -> MachineKey:
    return MachineKey.from_file(place.folder / "alice.json", PASSWORD)


def test_routes_and_models_are_those_of_the_node(node: Client) -> None:
    for name, content in routes_tool.files(node.get("/openapi.json")).items():
        assert (routes_tool.PACKAGE / name).read_text(encoding="utf-8") == content, (
            f"{name} is old; run python tools/routes.py URL/openapi.json"
        )


def test_types_hold() -> None:
    done = subprocess.run([sys.executable, "-m", "mypy"], cwd=ROOT / "python", text=True, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_keys_are_those_of_the_command_line(place: Place, key: MachineKey) -> None:
    assert key.public == place.key
    assert key.account() == place.account
    with pytest.raises(errors.KeyFileError, match="password"):
        MachineKey.from_file(place.folder / "alice.json", "another")
    with pytest.raises(errors.KeyFileError, match="secp256k1"):
        MachineKey.from_file(place.folder / "wallet.json", PASSWORD)
    assert "secret" not in repr(key)


def test_a_transfer_arrives_and_its_receipt_says_so(node: Client, place: Place, key: MachineKey) -> None:
    alice = node.signer(key)
    before = free(node, place.wallet_account, 0)
    amount = operations.units("12.5", 18)
    status = alice.send(
        operations.transfer(place.wallet_account, 0, amount), expected=[operations.pay_at_most(0, amount)], wait="certified"
    )
    assert status["receipt"]["outcome"] == "done"
    assert status["status"] == "certified"
    assert free(node, place.wallet_account, 0) - before == amount
    assert node.get(f"/v1/transactions/{status['transaction']}")["receipt"] == status["receipt"]


def test_accounts_are_opened_and_each_scheme_signs(node: Client, place: Place, key: MachineKey) -> None:
    alice = node.signer(key)
    own = MachineKey("ed25519", bytes(range(32)))
    alice.send(operations.open_account([own.public]))
    account = own.account(node.genesis)
    alice.send(operations.transfer(account, 0, 5))
    assert node.signer(own).account == account and free(node, account, 0) == 5
    # A key of the other scheme acts for an account that has it.
    other = MachineKey("p256", bytes([7]) * 32)
    with pytest.raises(errors.GageError, match="no account"):
        node.signer(other)
    alice.send({"accounts": {"add_key": {"key": {"public_key": other.public, "weight": 1, "role": "owner"}}}})
    for _ in range(4):
        node.signer(other, place.account).send(operations.transfer(account, 0, 1))
    assert free(node, account, 0) == 9


def test_a_loan_is_taken_and_paid_back_and_a_rule_refuses_too_much(node: Client, place: Place, key: MachineKey) -> None:
    alice = node.signer(key)
    report(node, alice, 200)
    opened = alice.send(operations.open_vault(1))
    vault = next(event["event"]["vault_opened"]["vault"] for event in opened["receipt"]["events"] if "vault_opened" in event["event"])
    ten = operations.units("10", 18)
    alice.send(operations.deposit(vault, 1, ten), operations.borrow(vault, 2, operations.units("500", 18)))
    with pytest.raises(Rejected) as refused:
        alice.send(operations.borrow(vault, 2, operations.units("5000", 18)))
    assert (refused.value.name, refused.value.code // 1_000) == ("AboveLoanToValue", 10)
    assert refused.value.sentence and refused.value.receipt["outcome"] == "rejected"
    # The debt is repaid with what was borrowed, and the pledge is free again; interest is not charged here.
    debt = int(node.get(f"/v1/vaults/{vault}")["debt"])
    alice.send(
        operations.repay(vault, 2, debt), operations.withdraw(vault, 1, ten), operations.close_vault(vault)
    )
    with pytest.raises(errors.NotFound) as missing:
        node.get("/v1/vaults/4000000")
    assert missing.value.code == 10_002 and missing.value.name == "UnknownVault"


def test_pages_end_and_hold_everything(node: Client, key: MachineKey) -> None:
    whole = node.get("/v1/assets")["items"]
    assert list(node.pages("/v1/assets", limit=1)) == whole and len(whole) == 3
    calls = []

    def forever(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return httpx.Response(200, json={"items": [1], "next": "same"})

    with Client("http://node", transport=httpx.MockTransport(forever)) as fake, pytest.raises(errors.BadAnswer):
        list(fake.pages("/v1/assets"))
    assert len(calls) == 2


def test_nothing_is_signed_that_was_not_asked_for(node: Client, place: Place, key: MachineKey) -> None:
    alice = node.signer(key)
    wanted = alice.transaction([operations.transfer(place.wallet_account, 0, 5)])
    honest = node.post("/v1/render", {**vars(wanted), "max_fee": str(wanted.max_fee)})
    compare(wanted, honest, node.genesis)
    thief = node.post("/v1/render", {**vars(wanted), "max_fee": str(wanted.max_fee), "operations": [operations.transfer(place.wallet_account, 0, 6)]})
    for lie in (thief, {**honest, "bytes": "00"}, {**honest, "hash": thief["hash"]}, {}):
        with pytest.raises(errors.RenderMismatch):
            compare(wanted, lie, node.genesis)
    # A node that lies in the middle of a real conversation gets no signature, and nothing is submitted.
    seen = []

    def lying(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.path)
        if request.url.path == "/v1/render":
            return httpx.Response(200, json=thief)
        with httpx.Client() as through:
            return through.get(place.url + request.url.raw_path.decode())

    with Client("http://node", transport=httpx.MockTransport(lying)) as liar:
        with pytest.raises(errors.RenderMismatch, match="operations"):
            liar.signer(key).send(operations.transfer(place.wallet_account, 0, 5))
    assert "/v1/transactions" not in seen


def test_fees_have_a_limit_and_networks_a_name(node: Client, place: Place, key: MachineKey) -> None:
    stingy = node.signer(key, fee_limit=1)
    with pytest.raises(errors.FeeAboveLimit):
        stingy.send(operations.transfer(place.wallet_account, 0, 5))
    with Client(place.url, genesis="00" * 32) as other, pytest.raises(errors.WrongNetwork):
        other.signer(key)


def test_refusals_have_their_types(node: Client, place: Place) -> None:
    for path, kind in {"/v1/nothing": errors.NotFound, "/v1/vaults/x": errors.BadRequest}.items():
        with pytest.raises(kind) as refused:
            node.get(path)
        assert refused.value.code and refused.value.name and refused.value.sentence
    with pytest.raises(errors.BadRequest) as refused:
        node.post("/v1/render", {})
    assert refused.value.name == "MalformedJson"
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with Client(f"http://127.0.0.1:{unused.getsockname()[1]}") as nobody, pytest.raises(errors.NodeUnreachable):
            nobody.get("/v1/status")


def test_a_busy_node_is_asked_again_when_it_says(node: Client) -> None:
    times = []

    def busy(_: httpx.Request) -> httpx.Response:
        times.append(time.time())
        if len(times) == 1:
            problem = {"code": 41_013, "name": "Busy", "detail": "busy", "remedy": "wait", "retry_at": int((times[0] + 0.3) * 1_000)}
            return httpx.Response(503, json=problem, headers={"content-type": "application/problem+json"})
        return httpx.Response(200, json={"ok": True})

    with Client("http://node", transport=httpx.MockTransport(busy)) as fake:
        assert fake.get("/v1/status") == {"ok": True}
        assert times[1] - times[0] >= 0.29
        times.clear()
        with pytest.raises(errors.TryLater) as later:
            fake.post("/v1/transactions", {})
        assert later.value.remedy == "wait" and len(times) == 1


def test_the_stream_leaves_no_block_out_across_a_restart(own_place: Place) -> None:
    key = MachineKey.from_file(own_place.folder / "alice.json", PASSWORD)
    with Client(own_place.url) as node, node.stream() as stream:
        alice = node.signer(key)
        stream.subscribe("blocks", since=1)
        stream.subscribe("events", account=own_place.wallet_account)
        for amount in (1, 2, 3):
            alice.send(operations.transfer(own_place.wallet_account, 0, amount))
        head = node.get("/v1/network")["height"]
        seen, paid = [], []
        while len(seen) < head or len(paid) < 3:
            message = stream.next(20)
            assert message is not None
            take(message, seen, paid)
        own_place.stop()
        own_place.start()
        alice.send(operations.transfer(own_place.wallet_account, 0, 4))
        while len(paid) < 4:
            message = stream.next(20)
            assert message is not None
            take(message, seen, paid)
        head = node.get("/v1/network")["height"]
        while seen[-1] < head:
            message = stream.next(20)
            assert message is not None
            take(message, seen, paid)
        assert seen == list(range(1, len(seen) + 1)) and len(paid) == 4
        with pytest.raises(errors.Problem):
            stream.subscribe("no such channel")
            while stream.next(10) is not None:
                pass


def test_the_examples_of_the_readme_name_what_exists() -> None:
    import gage

    text = (ROOT / "python" / "README.md").read_text()
    code = text.split("```python\n")[1].split("```")[0]
    compile(code, "README.md", "exec")
    for line in code.splitlines():
        if line.startswith("from gage import"):
            assert all(hasattr(gage, name.strip()) for name in line.split("import")[1].split(","))


def take(message: dict, seen: list[int], paid: list[int]) -> None:
    if message["type"] == "block":
        seen.append(message["sequence"])
    elif message["type"] == "events":
        paid.extend(1 for event in message["events"] if event["module"] == "ledger")
    else:
        assert message["type"] == "lag", message


def free(node: Client, account: str, asset: int) -> int:
    held = {holding["asset"]: int(holding["free"]) for holding in node.pages(f"/v1/accounts/{account}/holdings")}
    return held.get(asset, 0)


def report(node: Client, publisher, dollars: int) -> None:
    price = {
        "feed": 0,
        "price": str(operations.units(dollars, 18)),
        "confidence": str(operations.units("0.1", 18)),
        "bid": None,
        "ask": None,
        "observed_at": node.get("/v1/network")["time"],
    }
    publisher.send({"oracle": {"report": price}})
