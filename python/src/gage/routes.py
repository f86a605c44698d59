"""Every route of a node as a method. Made by `tools/routes.py` from the node's OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, cast

from . import models
from ._http import Http


class Routes(Http):
    """The routes by their stable names. Lists come as iterators over all pages."""

    def get_health_live(self) -> models.Live:
        """Whether the process answers."""
        return cast("models.Live", self.get("/health/live"))

    def get_health_ready(self) -> models.Ready:
        """Whether the node makes blocks."""
        return cast("models.Ready", self.get("/health/ready"))

    def get_metrics(self) -> str:
        """Figures in the Prometheus text format."""
        return cast("str", self.get("/metrics"))

    def get_openapi_json(self) -> models.Object:
        """This document."""
        return cast("models.Object", self.get("/openapi.json"))

    def get_v1_accounts_id(self, id: str) -> models.Account:
        """An account: keys, sessions, next nonces, fee credit."""
        return cast("models.Account", self.get(f"/v1/accounts/{self.segment(id)}"))

    def get_v1_accounts_id_bundles(self, id: str, *, limit: str | None = None) -> Iterator[models.Bundle]:
        """What an account's keys propose and approve."""
        return self.pages(f"/v1/accounts/{self.segment(id)}/bundles", limit=limit)

    def get_v1_accounts_id_holdings(self, id: str, *, limit: str | None = None) -> Iterator[models.Holding]:
        """What an account holds."""
        return self.pages(f"/v1/accounts/{self.segment(id)}/holdings", limit=limit)

    def get_v1_accounts_id_holdings_asset_proof(
        self,
        id: str,
        asset: str,
        *,
        at: str | None = None,
    ) -> models.Evidence:
        """A holding, or its absence, with proof."""
        return cast("models.Evidence", self.get(f"/v1/accounts/{self.segment(id)}/holdings/{self.segment(asset)}/proof", at=at))

    def post_v1_admin_seal(self, body: models.Seal | dict[str, Any]) -> models.Sealed:
        """Make a block of this time, on a node that seals on command."""
        return cast("models.Sealed", self.post("/v1/admin/seal", body))

    def post_v1_admin_snapshot(self) -> models.Snapshot:
        """Write a snapshot of the newest checkpoint."""
        return cast("models.Snapshot", self.post("/v1/admin/snapshot"))

    def get_v1_assets(self, *, limit: str | None = None) -> Iterator[models.Asset]:
        """The assets."""
        return self.pages("/v1/assets", limit=limit)

    def get_v1_assets_id(self, id: str) -> models.Asset:
        """An asset with its supply."""
        return cast("models.Asset", self.get(f"/v1/assets/{self.segment(id)}"))

    def get_v1_auctions(self, *, limit: str | None = None) -> Iterator[models.Lot]:
        """The lots at auction."""
        return self.pages("/v1/auctions", limit=limit)

    def get_v1_auctions_id(self, id: str) -> models.Lot:
        """A lot with its price now."""
        return cast("models.Lot", self.get(f"/v1/auctions/{self.segment(id)}"))

    def get_v1_auctions_id_preview(
        self,
        id: str,
        *,
        amount: str,
        price_max: str | None = None,
    ) -> models.Preview:
        """What a take would move now."""
        return cast("models.Preview", self.get(f"/v1/auctions/{self.segment(id)}/preview", amount=amount, price_max=price_max))

    def get_v1_auctions_id_proof(self, id: str, *, at: str | None = None) -> models.Evidence:
        """A lot's record with proof."""
        return cast("models.Evidence", self.get(f"/v1/auctions/{self.segment(id)}/proof", at=at))

    def get_v1_audit(self) -> models.Audit:
        """The books recomputed: conservation, and coverage of every asset with backing."""
        return cast("models.Audit", self.get("/v1/audit"))

    def get_v1_backstop_receipts(self, *, limit: str | None = None) -> Iterator[models.LossReceipt]:
        """Who bore which loss."""
        return self.pages("/v1/backstop-receipts", limit=limit)

    def get_v1_backstop_id(self, id: str) -> models.Waterfall:
        """A waterfall with its capital."""
        return cast("models.Waterfall", self.get(f"/v1/backstop/{self.segment(id)}"))

    def get_v1_backstop_id_deposits_account(self, id: str, account: str) -> models.Deposit:
        """An account's deposit in the stability pool."""
        return cast("models.Deposit", self.get(f"/v1/backstop/{self.segment(id)}/deposits/{self.segment(account)}"))

    def get_v1_blocks_height(
        self,
        height: str,
        *,
        cursor: str | None = None,
        limit: str | None = None,
    ) -> models.Block:
        """A block with a page of its receipts."""
        return cast("models.Block", self.get(f"/v1/blocks/{self.segment(height)}", cursor=cursor, limit=limit))

    def get_v1_blocks_height_events(
        self,
        height: str,
        *,
        limit: str | None = None,
        account: str | None = None,
        module: str | None = None,
    ) -> Iterator[models.Event]:
        """The events of a block."""
        return self.pages(f"/v1/blocks/{self.segment(height)}/events", limit=limit, account=account, module=module)

    def get_v1_bundles_number(self, number: str) -> models.Bundle:
        """A proposal with its approvals."""
        return cast("models.Bundle", self.get(f"/v1/bundles/{self.segment(number)}"))

    def get_v1_facilities(self, *, limit: str | None = None) -> Iterator[models.Facility]:
        """The facilities."""
        return self.pages("/v1/facilities", limit=limit)

    def get_v1_facilities_id(self, id: str) -> models.Facility:
        """A facility: terms, totals, identity, coverage."""
        return cast("models.Facility", self.get(f"/v1/facilities/{self.segment(id)}"))

    def get_v1_feeds(self, *, limit: str | None = None) -> Iterator[models.Feed]:
        """The price feeds."""
        return self.pages("/v1/feeds", limit=limit)

    def get_v1_feeds_id(self, id: str) -> models.PriceView:
        """A price with everything it stands on."""
        return cast("models.PriceView", self.get(f"/v1/feeds/{self.segment(id)}"))

    def get_v1_fees(self) -> models.Fees:
        """What an act costs in the next block."""
        return cast("models.Fees", self.get("/v1/fees"))

    def get_v1_network(self) -> models.Network:
        """The network and its parameters."""
        return cast("models.Network", self.get("/v1/network"))

    def get_v1_records_table_key(self, table: str, key: str, *, at: str | None = None) -> models.Evidence:
        """Any record, by table (ledger.balances) and key (borsh in hexadecimal digits), with proof."""
        return cast("models.Evidence", self.get(f"/v1/records/{self.segment(table)}/{self.segment(key)}", at=at))

    def post_v1_render(self, body: models.Draft | dict[str, Any]) -> models.Rendered:
        """From operations in JSON to what is signed."""
        return cast("models.Rendered", self.post("/v1/render", body))

    def get_v1_securities_asset(self, asset: str) -> models.Security:
        """What an asset is, what backs it, how it is admitted."""
        return cast("models.Security", self.get(f"/v1/securities/{self.segment(asset)}"))

    def get_v1_status(self) -> models.NodeStatus:
        """How far the node has come."""
        return cast("models.NodeStatus", self.get("/v1/status"))

    def post_v1_transactions(
        self,
        body: models.SignedTransaction | dict[str, Any],
        *,
        wait: str | None = None,
        timeout_ms: str | None = None,
    ) -> models.Status:
        """Submit a signed transaction; the same again gives the same answer."""
        return cast("models.Status", self.post("/v1/transactions", body, wait=wait, timeout_ms=timeout_ms))

    def post_v1_transactions_batch(
        self,
        body: models.SignedTransactions | dict[str, Any],
        *,
        wait: str | None = None,
        timeout_ms: str | None = None,
    ) -> models.Batch:
        """Submit many signed transactions."""
        return cast("models.Batch", self.post("/v1/transactions/batch", body, wait=wait, timeout_ms=timeout_ms))

    def get_v1_transactions_hash(self, hash: str) -> models.Status:
        """Where a transaction stands, with its receipt."""
        return cast("models.Status", self.get(f"/v1/transactions/{self.segment(hash)}"))

    def get_v1_transactions_hash_proof(self, hash: str) -> models.ReceiptEvidence:
        """A receipt with its path to the block's events root."""
        return cast("models.ReceiptEvidence", self.get(f"/v1/transactions/{self.segment(hash)}/proof"))

    def get_v1_vaults(self, *, limit: str | None = None, owner: str | None = None) -> Iterator[models.Vault]:
        """The vaults."""
        return self.pages("/v1/vaults", limit=limit, owner=owner)

    def get_v1_vaults_id(self, id: str) -> models.Vault:
        """A vault at the quotes of the last mark."""
        return cast("models.Vault", self.get(f"/v1/vaults/{self.segment(id)}"))

    def get_v1_vaults_id_proof(self, id: str, *, at: str | None = None) -> models.Evidence:
        """A vault's record with proof."""
        return cast("models.Evidence", self.get(f"/v1/vaults/{self.segment(id)}/proof", at=at))
