"""The page `/sign` in a browser with a scripted wallet, whose typed data and signatures are eth-account's:
an implementation that knows nothing of the ledger."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from browser import Browser
from conftest import PASSWORD, Place
from eth_account import Account
from eth_account.messages import encode_typed_data

from gage import Client, operations

WALLET = """
(() => {
  const waiting = [];
  window.walletAnswer = (number, result, error) => error ? waiting[number].reject(new Error(error)) : waiting[number].resolve(result);
  const request = ({ method, params }) => new Promise((resolve, reject) => {
    waiting.push({ resolve, reject });
    window.walletAsked(JSON.stringify({ number: waiting.length - 1, method, params: params || [] }));
  });
  const detail = Object.freeze({ info: { uuid: "1", name: "Scripted wallet", icon: "", rdns: "test" }, provider: { request } });
  window.addEventListener("eip6963:requestProvider", () => window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail })));
})();
"""


class Wallet:
    """What a browser's extension does, with a key of its own."""

    def __init__(self, browser: Browser, secret: bytes) -> None:
        self.browser, self.account = browser, Account.from_key(secret)
        self.shown: list[dict[str, Any]] = []
        self.refuses = False
        browser.events["Runtime.bindingCalled"] = self.asked
        browser.call("Runtime.addBinding", name="walletAsked")
        browser.call("Page.addScriptToEvaluateOnNewDocument", source=WALLET)

    def asked(self, event: dict[str, Any]) -> None:
        ask = json.loads(event["payload"])
        result: Any = [self.account.address]
        if ask["method"] == "eth_signTypedData_v4":
            address, typed = ask["params"]
            assert address == self.account.address
            self.shown.append(json.loads(typed))
            signature = self.account.sign_message(encode_typed_data(full_message=json.loads(typed))).signature
            result = "0x" + bytes(signature).hex()
        error = json.dumps("the user rejected the request") if self.refuses and ask["params"] else "null"
        answer = f"walletAnswer({ask['number']}, {json.dumps(result)}, {error})"
        self.browser.send("Runtime.evaluate", expression=answer)


@pytest.fixture(scope="module")
def secret(place: Place) -> bytes:
    file = json.loads((place.folder / "wallet.json").read_text())
    return bytes(Account.decrypt(file, PASSWORD))


def open_page(browser: Browser, origin: str, place: Place, acts: list[dict[str, Any]]) -> None:
    link = f"{origin}/sign#account={place.wallet_account}&operations={quote(json.dumps(acts))}"
    browser.call("Page.navigate", url=link)
    browser.until("document.readyState === 'complete' && document.getElementById('wallets')?.length > 0")


def click(browser: Browser, button: str) -> None:
    assert browser.evaluate(f"!document.getElementById('{button}').disabled")
    browser.evaluate(f"document.getElementById('{button}').click()")


def text(browser: Browser, place: str) -> str:
    return str(browser.until(f"document.getElementById('{place}').textContent"))


def test_a_wallet_signs_what_is_shown_and_it_is_done(browser: Browser, origin: str, place: Place, secret: bytes) -> None:
    wallet = Wallet(browser, secret)
    with Client(place.url) as node:
        before = holding(node, place.account)
        open_page(browser, origin, place, [operations.transfer(place.account, 0, operations.units("2.5", 18))])
        click(browser, "show")
        browser.until("!document.getElementById('sign').disabled")
        shown = text(browser, "text")
        assert shown == text(browser, "wallet-text") == f"1. Transfer 2.5 USD#0 to {place.account}"
        assert text(browser, "verdict").startswith("The same on both sides.")
        click(browser, "sign")
        browser.until("document.getElementById('outcome').textContent.startsWith('Done.')")
        assert [typed["message"]["operations"] for typed in wallet.shown] == [shown]
        assert wallet.shown[0]["domain"]["salt"] == "0x" + place.genesis
        assert holding(node, place.account) - before == operations.units("2.5", 18)


def test_a_refusal_of_the_ledger_or_of_the_user_is_said(browser: Browser, origin: str, place: Place, secret: bytes) -> None:
    wallet = Wallet(browser, secret)
    open_page(browser, origin, place, [operations.transfer(place.account, 0, operations.units("5000000", 18))])
    click(browser, "show")
    browser.until("!document.getElementById('sign').disabled")
    wallet.refuses = True
    click(browser, "sign")
    assert "Not submitted. the user rejected the request" in browser.until(
        "document.getElementById('outcome').className === 'bad' && document.getElementById('outcome').textContent"
    )
    wallet.refuses = False
    click(browser, "show")
    browser.until("!document.getElementById('sign').disabled")
    click(browser, "sign")
    outcome = browser.until("document.getElementById('outcome').className === 'bad' && document.getElementById('outcome').textContent")
    assert "InsufficientBalance" in outcome or "Insufficient" in outcome, outcome


def test_another_wallet_than_the_accounts_is_not_asked_to_sign(browser: Browser, origin: str, place: Place) -> None:
    wallet = Wallet(browser, b"\7" * 32)
    open_page(browser, origin, place, [{"vaults": {"open_vault": {"facility": 1}}}])
    click(browser, "show")
    browser.until("!document.getElementById('sign').disabled")
    click(browser, "sign")
    assert "of no key of this account" in browser.until(
        "document.getElementById('outcome').className === 'bad' && document.getElementById('outcome').textContent"
    )
    assert wallet.shown == []


LIES = {
    "another text for the wallet": lambda answer: answer["typed_data"]["message"].update(operations="1. Transfer 9 USD#0"),
    "another text on both sides": lambda answer: (
        answer.update(wallet_text="1. Nothing"), answer["typed_data"]["message"].update(operations="1. Nothing")
    ),
    "another network": lambda answer: answer["typed_data"]["domain"].update(salt="0x" + "11" * 32),
    "another fee": lambda answer: answer["typed_data"]["message"].update(maxFee="999999999999999999999"),
    "another account": lambda answer: answer["transaction"].update(account="gage1other"),
    "another operation": lambda answer: answer["transaction"]["operations"].append({"accounts": {"cancel_recovery": {}}}),
    "another type": lambda answer: answer["typed_data"].update(primaryType="Permit"),
    "a hidden member": lambda answer: answer["typed_data"]["types"]["Transaction"].append({"name": "x", "type": "string"}),
    "another digest": lambda answer: answer.update(wallet_digest="00" * 32),
}


@pytest.mark.parametrize("lie", LIES)
def test_nothing_is_handed_to_the_wallet_if_anything_differs(browser: Browser, origin: str, place: Place, secret: bytes, lie: str) -> None:
    wallet = Wallet(browser, secret)
    browser.change_answers("/v1/render", LIES[lie])
    open_page(browser, origin, place, [operations.transfer(place.account, 0, 5)])
    click(browser, "show")
    assert text(browser, "verdict") and browser.until("document.getElementById('verdict').className === 'bad'")
    assert text(browser, "verdict").startswith("Refused.")
    assert browser.evaluate("document.getElementById('sign').disabled")
    browser.evaluate("document.getElementById('sign').click()")
    assert wallet.shown == []


def holding(node: Client, account: str) -> int:
    return next(int(item["free"]) for item in node.pages(f"/v1/accounts/{account}/holdings") if item["asset"] == 0)
