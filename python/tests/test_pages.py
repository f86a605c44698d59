"""The node's pages: what they allow themselves, and the API reference in a browser."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pages
import pytest
from browser import Browser
from conftest import Place

HREFS = "[...document.querySelectorAll('#list a')].map((one) => one.getAttribute('href'))"


@pytest.mark.parametrize("path", pages.PAGES)
def test_a_page_holds_the_policy_of_its_own_content(path: str) -> None:
    page = pages.PAGES[path].read_text(encoding="ascii")
    assert "default-src 'none'" in page and "connect-src 'self'" in page
    assert pages.with_policy(page) == page
    assert not re.search(r"""(src|href)\s*=|url\(|@import|innerHTML|eval\(""", page)


def test_the_address_of_a_node_leads_to_the_reference(place: Place) -> None:
    answer = httpx.get(place.url)
    assert (answer.status_code, answer.headers["location"]) == (307, "/reference")


def test_the_reference_shows_every_route_type_and_refusal_of_the_document(browser: Browser, origin: str) -> None:
    thrown: list[dict[str, Any]] = []
    browser.events["Runtime.exceptionThrown"] = thrown.append
    document = httpx.get(origin + "/openapi.json").json()
    routes = [operation for methods in document["paths"].values() for operation in methods.values()]
    browser.call("Page.navigate", url=origin + "/reference")
    browser.until("document.getElementById('list')?.children.length > 0 && document.querySelectorAll('#page table').length > 1")
    assert sorted(browser.evaluate(HREFS)) == sorted(f"#{route['operationId']}" for route in routes)

    def shown(place: str) -> str:
        """By the page's own script: a browser bears with so many changes of its address only."""
        return str(browser.evaluate(f"show({place!r}).then(() => at('page').innerText)"))

    for route in routes:
        assert shown(route["operationId"]).startswith(route["summary"])
    for name in document["components"]["schemas"]:
        assert shown(f"type/{name}").startswith(name)
    refusals = shown("errors")
    assert all(str(row["code"]) in refusals and row["name"] in refusals for row in document["x-gage-errors"])
    assert thrown == []


def test_the_reference_asks_the_node(browser: Browser, origin: str, place: Place) -> None:
    browser.call("Page.navigate", url=f"{origin}/reference#get_account")
    browser.until("document.querySelector('#try input') !== null")
    browser.evaluate(f"document.querySelector('#try input').value = '{place.account}'")
    browser.evaluate("document.querySelector('#try button').click()")
    assert place.key in browser.until("document.getElementById('answer')?.textContent")
    browser.evaluate("document.querySelector('#try input').value = 'nobody'")
    browser.evaluate("document.querySelector('#try button').click()")
    assert "BadParameter" in browser.until("document.querySelector('#try .bad') && document.getElementById('answer').textContent")
