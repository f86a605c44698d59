"""Every route of a node as a method. Made by `tools/routes.py` from the node's OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, cast

from . import models
from ._http import Http


class Routes(Http):
    """The routes by their stable names. Lists come as iterators over all pages."""

    def is_live(self) -> models.Live:
        """Whether the process answers."""
        return cast("models.Live", self.get("/health/live"))

    def is_ready(self) -> models.Ready:
        """Whether the node makes blocks."""
        return cast("models.Ready", self.get("/health/ready"))

    def get_metrics(self) -> str:
        """Figures in the Prometheus text format."""
        return cast("str", self.get("/metrics"))

    def get_document(self) -> dict[str, Any]:
        """This document."""
        return cast("dict[str, Any]", self.get("/openapi.json"))

    def list_accounts(self, *, limit: int | None = None) -> Iterator[models.AccountLine]:
        """The accounts by number."""
        return self.pages("/v1/accounts", limit=limit)

    def get_account(self, account: models.AccountId) -> models.Account:
        """An account: keys, sessions, next nonces, fee credit."""
        return cast("models.Account", self.get(f"/v1/accounts/{self.segment(account)}"))

    def list_account_bonds(
        self,
        account: models.AccountId,
        *,
        limit: int | None = None,
    ) -> Iterator[models.StakingBondView]:
        """The bonds of an account."""
        return self.pages(f"/v1/accounts/{self.segment(account)}/bonds", limit=limit)

    def list_account_bundles(
        self,
        account: models.AccountId,
        *,
        limit: int | None = None,
    ) -> Iterator[models.AccountsBundleView]:
        """What an account's keys propose and approve."""
        return self.pages(f"/v1/accounts/{self.segment(account)}/bundles", limit=limit)

    def list_account_deposits(self, account: models.AccountId) -> dict[str, Any]:
        """An account's deposits in all stability pools."""
        return cast("dict[str, Any]", self.get(f"/v1/accounts/{self.segment(account)}/deposits"))

    def get_exposure(self, account: models.AccountId) -> dict[str, Any]:
        """What an account is exposed to in base assets, looked through every composition."""
        return cast("dict[str, Any]", self.get(f"/v1/accounts/{self.segment(account)}/exposure"))

    def list_gain_batches(self, account: models.AccountId) -> dict[str, Any]:
        """Gains that an account put up for sale for money, and has not claimed."""
        return cast("dict[str, Any]", self.get(f"/v1/accounts/{self.segment(account)}/gain-batches"))

    def get_guard(self, account: models.AccountId) -> models.AccountsGuardView:
        """What watches over an account: rules, breakers, guardians, what was spent."""
        return cast("models.AccountsGuardView", self.get(f"/v1/accounts/{self.segment(account)}/guard"))

    def list_holdings(
        self,
        account: models.AccountId,
        *,
        limit: int | None = None,
    ) -> Iterator[models.LedgerHoldingView]:
        """What an account holds."""
        return self.pages(f"/v1/accounts/{self.segment(account)}/holdings", limit=limit)

    def prove_holding(
        self,
        account: models.AccountId,
        asset: int | str,
        *,
        at: str | None = None,
    ) -> models.VerifyEvidence:
        """A holding, or its absence, with proof."""
        return cast("models.VerifyEvidence", self.get(f"/v1/accounts/{self.segment(account)}/holdings/{self.segment(asset)}/proof", at=at))

    def prove_policy(
        self,
        account: models.AccountId,
        *,
        time_ms: int,
        keys: int,
        asset: int,
    ) -> models.AccountsAnswer:
        """The most of an asset that any so many keys can move within a time, and what bounds it."""
        return cast("models.AccountsAnswer", self.get(f"/v1/accounts/{self.segment(account)}/policy-proof", asset=asset, keys=keys, time_ms=time_ms))

    def get_standing(self, account: models.AccountId) -> models.ComplianceStanding:
        """What is known of an account as a holder."""
        return cast("models.ComplianceStanding", self.get(f"/v1/accounts/{self.segment(account)}/standing"))

    def list_sub_holdings(
        self,
        account: models.AccountId,
        asset: int | str,
        *,
        limit: int | None = None,
    ) -> Iterator[models.LedgerSubHoldingView]:
        """The register of a holder of record: who owns what of an asset behind it."""
        return self.pages(f"/v1/accounts/{self.segment(account)}/sub-holdings/{self.segment(asset)}", limit=limit)

    def list_keys(self) -> dict[str, Any]:
        """The API keys, without their secrets."""
        return cast("dict[str, Any]", self.get("/v1/admin/keys"))

    def reload_keys(self) -> dict[str, Any]:
        """Read the file of API keys anew."""
        return cast("dict[str, Any]", self.post("/v1/admin/keys/reload"))

    def get_load(self) -> models.Load:
        """How busy the server is."""
        return cast("models.Load", self.get("/v1/admin/load"))

    def seal(self, body: models.Seal | dict[str, Any]) -> models.Sealed:
        """Make a block of this time, on a node that seals on command."""
        return cast("models.Sealed", self.post("/v1/admin/seal", body))

    def write_snapshot(self) -> models.Snapshot:
        """Write a snapshot of the newest checkpoint."""
        return cast("models.Snapshot", self.post("/v1/admin/snapshot"))

    def list_assets(
        self,
        *,
        limit: int | None = None,
        symbol: str | None = None,
    ) -> Iterator[models.LedgerAssetView]:
        """The assets."""
        return self.pages("/v1/assets", limit=limit, symbol=symbol)

    def get_asset(self, asset: int | str) -> models.LedgerAssetView:
        """An asset with its supply."""
        return cast("models.LedgerAssetView", self.get(f"/v1/assets/{self.segment(asset)}"))

    def get_asset_price(self, asset: int | str) -> models.OraclePriceView:
        """The price of an asset in the numeraire."""
        return cast("models.OraclePriceView", self.get(f"/v1/assets/{self.segment(asset)}/price"))

    def list_lots(
        self,
        *,
        asset: int | None = None,
        limit: int | None = None,
        want: int | None = None,
    ) -> Iterator[models.AuctionsLotView]:
        """The lots at auction."""
        return self.pages("/v1/auctions", asset=asset, limit=limit, want=want)

    def list_held(self) -> dict[str, Any]:
        """What the module's account holds for lots."""
        return cast("dict[str, Any]", self.get("/v1/auctions-held"))

    def get_lot(self, lot: int | str) -> models.AuctionsLotView:
        """A lot with its price now."""
        return cast("models.AuctionsLotView", self.get(f"/v1/auctions/{self.segment(lot)}"))

    def preview_take(
        self,
        lot: int | str,
        *,
        amount: models.Amount,
        price_max: models.Price | None = None,
    ) -> models.Preview:
        """What a take would move now."""
        return cast("models.Preview", self.get(f"/v1/auctions/{self.segment(lot)}/preview", amount=amount, price_max=price_max))

    def prove_lot(self, lot: int | str, *, at: str | None = None) -> models.VerifyEvidence:
        """A lot's record with proof."""
        return cast("models.VerifyEvidence", self.get(f"/v1/auctions/{self.segment(lot)}/proof", at=at))

    def audit(self) -> models.Audit:
        """The books recomputed: conservation, and coverage of every asset with backing."""
        return cast("models.Audit", self.get("/v1/audit"))

    def list_waterfalls(self, *, limit: int | None = None) -> Iterator[models.BackstopWaterfallView]:
        """The waterfalls with their capital."""
        return self.pages("/v1/backstop", limit=limit)

    def list_loss_receipts(
        self,
        *,
        limit: int | None = None,
        waterfall: int | None = None,
    ) -> Iterator[models.BackstopReceiptView]:
        """Who bore which loss."""
        return self.pages("/v1/backstop-receipts", limit=limit, waterfall=waterfall)

    def get_loss_receipt(self, receipt: int | str) -> models.BackstopReceiptView:
        """Who bore one loss."""
        return cast("models.BackstopReceiptView", self.get(f"/v1/backstop-receipts/{self.segment(receipt)}"))

    def get_waterfall(self, waterfall: int | str) -> models.BackstopWaterfallView:
        """A waterfall with its capital: pool, first loss, insurance tiers, surplus."""
        return cast("models.BackstopWaterfallView", self.get(f"/v1/backstop/{self.segment(waterfall)}"))

    def get_backstop_coverage(
        self,
        waterfall: int | str,
        *,
        stressed_loss: models.Amount,
    ) -> models.BackstopCoverageProof:
        """What each step could bear of a loss, with the keys of the records that prove it."""
        return cast("models.BackstopCoverageProof", self.get(f"/v1/backstop/{self.segment(waterfall)}/coverage", stressed_loss=stressed_loss))

    def get_deposit(self, waterfall: int | str, account: models.AccountId) -> models.BackstopDepositView:
        """An account's deposit in the stability pool."""
        return cast("models.BackstopDepositView", self.get(f"/v1/backstop/{self.segment(waterfall)}/deposits/{self.segment(account)}"))

    def get_insurance_deposit(
        self,
        waterfall: int | str,
        tier: int | str,
        account: models.AccountId,
    ) -> models.BackstopDepositView:
        """An account's deposit in an insurance tier."""
        return cast("models.BackstopDepositView", self.get(f"/v1/backstop/{self.segment(waterfall)}/insurance/{self.segment(tier)}/deposits/{self.segment(account)}"))

    def list_blocks(self, *, limit: int | None = None) -> Iterator[models.BlockLine]:
        """The blocks, the newest first."""
        return self.pages("/v1/blocks", limit=limit)

    def get_block(
        self,
        height: int | str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.Block:
        """A block with a page of its receipts."""
        return cast("models.Block", self.get(f"/v1/blocks/{self.segment(height)}", cursor=cursor, limit=limit))

    def get_certified_blocks(self, height: int | str) -> models.VerifyCertifiedBlocks:
        """Blocks from a height on in their bytes, with the validators' certificate of the last: what a follower reads."""
        return cast("models.VerifyCertifiedBlocks", self.get(f"/v1/blocks/{self.segment(height)}/certified"))

    def list_block_events(
        self,
        height: int | str,
        *,
        account: models.AccountId | None = None,
        asset: int | None = None,
        kind: str | None = None,
        limit: int | None = None,
        module: str | None = None,
    ) -> Iterator[models.Event]:
        """The events of a block."""
        return self.pages(f"/v1/blocks/{self.segment(height)}/events", account=account, asset=asset, kind=kind, limit=limit, module=module)

    def get_bundle(self, bundle: int | str) -> models.AccountsBundleView:
        """A proposal with its approvals."""
        return cast("models.AccountsBundleView", self.get(f"/v1/bundles/{self.segment(bundle)}"))

    def explain_transfer(
        self,
        *,
        to: models.AccountId,
        from_: models.AccountId,
        asset: int,
        amount: models.Amount | None = None,
    ) -> models.ComplianceTransferReport:
        """Whether a transfer would pass; if not, every clause that fails, what helps, and from when."""
        return cast("models.ComplianceTransferReport", self.get("/v1/compliance/explain", amount=amount, asset=asset, **{"from": from_}, to=to))

    def get_identity(self, identity: int | str) -> models.ComplianceIdentity:
        """An identity."""
        return cast("models.ComplianceIdentity", self.get(f"/v1/compliance/identities/{self.segment(identity)}"))

    def list_claims(
        self,
        identity: int | str,
        *,
        limit: int | None = None,
    ) -> Iterator[models.ComplianceClaimView]:
        """Claims about an identity."""
        return self.pages(f"/v1/compliance/identities/{self.segment(identity)}/claims", limit=limit)

    def get_rules(self, asset: int | str) -> models.ComplianceRules:
        """What an asset asks of its holders."""
        return cast("models.ComplianceRules", self.get(f"/v1/compliance/rules/{self.segment(asset)}"))

    def get_statistics(self, asset: int | str) -> models.ComplianceStatisticsView:
        """What is counted of an asset's holders."""
        return cast("models.ComplianceStatisticsView", self.get(f"/v1/compliance/statistics/{self.segment(asset)}"))

    def list_largest_holders(self, asset: int | str, *, limit: int | None = None) -> dict[str, Any]:
        """The largest holders of a counted asset, the largest first."""
        return cast("dict[str, Any]", self.get(f"/v1/compliance/statistics/{self.segment(asset)}/largest", limit=limit))

    def list_coverage(self, *, limit: int | None = None) -> Iterator[models.Coverage]:
        """Every asset with backing: backing, claims, ratio."""
        return self.pages("/v1/coverage", limit=limit)

    def list_distributions(
        self,
        *,
        asset: int | None = None,
        limit: int | None = None,
    ) -> Iterator[models.SecuritiesDistributionView]:
        """What assets pay: coupons, dividends, offers."""
        return self.pages("/v1/distributions", asset=asset, limit=limit)

    def get_distribution(self, distribution: int | str) -> models.SecuritiesDistributionView:
        """A distribution: who is entitled to what, from when, and whether the money is there."""
        return cast("models.SecuritiesDistributionView", self.get(f"/v1/distributions/{self.segment(distribution)}"))

    def get_entitlement(
        self,
        distribution: int | str,
        account: models.AccountId,
    ) -> models.SecuritiesEntitlementView:
        """What a distribution by the register owes an account, and what is withheld of it."""
        return cast("models.SecuritiesEntitlementView", self.get(f"/v1/distributions/{self.segment(distribution)}/entitlements/{self.segment(account)}"))

    def dry_run(self, body: models.Trial | dict[str, Any]) -> models.DryRun:
        """What a transaction would do if it were next: receipt, events, postings; nothing is done."""
        return cast("models.DryRun", self.post("/v1/dry-run", body))

    def list_errors(self, *, module: str | None = None) -> dict[str, Any]:
        """Every refusal there is: number, name, meaning, sentence, remedy."""
        return cast("dict[str, Any]", self.get("/v1/errors", module=module))

    def get_error(self, code: int | str) -> models.ErrorRow:
        """One refusal by its number."""
        return cast("models.ErrorRow", self.get(f"/v1/errors/{self.segment(code)}"))

    def list_events(
        self,
        *,
        account: models.AccountId | None = None,
        asset: int | None = None,
        kind: str | None = None,
        limit: int | None = None,
        module: str | None = None,
    ) -> Iterator[models.Event]:
        """The events of all blocks that are kept, the oldest first; the last page's cursor goes on with what comes."""
        return self.pages("/v1/events", account=account, asset=asset, kind=kind, limit=limit, module=module)

    def list_facilities(self, *, limit: int | None = None) -> Iterator[models.VaultsFacilityView]:
        """The facilities."""
        return self.pages("/v1/facilities", limit=limit)

    def get_facility(self, facility: int | str) -> models.VaultsFacilityView:
        """A facility: terms, totals, identity, coverage, pool, pegs, redemption, shutdown."""
        return cast("models.VaultsFacilityView", self.get(f"/v1/facilities/{self.segment(facility)}"))

    def count_candidates(self, facility: int | str) -> models.Candidates:
        """How many vaults the index cannot call safe."""
        return cast("models.Candidates", self.get(f"/v1/facilities/{self.segment(facility)}/candidates"))

    def get_pool(self, facility: int | str) -> models.VaultsPoolView:
        """The suppliers' pool of a facility: shares, price, utilisation, rate."""
        return cast("models.VaultsPoolView", self.get(f"/v1/facilities/{self.segment(facility)}/pool"))

    def list_feeds(self, *, limit: int | None = None) -> Iterator[models.OracleFeedView]:
        """The price feeds."""
        return self.pages("/v1/feeds", limit=limit)

    def get_price(self, feed: int | str) -> models.OraclePriceView:
        """A price with everything it stands on."""
        return cast("models.OraclePriceView", self.get(f"/v1/feeds/{self.segment(feed)}"))

    def list_bands(self, feed: int | str, *, limit: int | None = None) -> Iterator[models.OracleBandView]:
        """How low and how high a bonded feed was, in steps of ten seconds over six hours."""
        return self.pages(f"/v1/feeds/{self.segment(feed)}/bands", limit=limit)

    def list_publishers(self, feed: int | str) -> dict[str, Any]:
        """The publishers of a feed: weight, bond, keys of statements, last report, what waits for judgement."""
        return cast("dict[str, Any]", self.get(f"/v1/feeds/{self.segment(feed)}/publishers"))

    def get_fees(self) -> models.Fees:
        """What an act costs in the next block."""
        return cast("models.Fees", self.get("/v1/fees"))

    def get_genesis(self) -> models.ChainGenesis:
        """What the network began with: compare its hash with one of your own."""
        return cast("models.ChainGenesis", self.get("/v1/genesis"))

    def list_scheduled_bundles(self, *, limit: int | None = None) -> Iterator[models.Scheduled]:
        """What governance has scheduled."""
        return self.pages("/v1/governance/bundles", limit=limit)

    def get_history(self) -> models.HandlersHistoryHistoryReply:
        """How far the history has come."""
        return cast("models.HandlersHistoryHistoryReply", self.get("/v1/history"))

    def get_statement(
        self,
        account: models.AccountId,
        *,
        asset: int | None = None,
        cursor: str | None = None,
        from_: int | None = None,
        limit: int | None = None,
        to: int | None = None,
    ) -> models.HistoryStatement:
        """A statement: opening balances, lines, closing balances."""
        return cast("models.HistoryStatement", self.get(f"/v1/history/accounts/{self.segment(account)}/statement", asset=asset, cursor=cursor, **{"from": from_}, limit=limit, to=to))

    def list_past_transactions(
        self,
        account: models.AccountId,
        *,
        from_: int | None = None,
        limit: int | None = None,
        to: int | None = None,
    ) -> Iterator[models.HistoryTransactionLine]:
        """The transactions of an account, however old."""
        return self.pages(f"/v1/history/accounts/{self.segment(account)}/transactions", **{"from": from_}, limit=limit, to=to)

    def list_past_lots(
        self,
        *,
        asset: int | None = None,
        from_: int | None = None,
        limit: int | None = None,
        to: int | None = None,
        vault: int | None = None,
    ) -> Iterator[models.HistoryLotLine]:
        """Lots, open and over."""
        return self.pages("/v1/history/auctions", asset=asset, **{"from": from_}, limit=limit, to=to, vault=vault)

    def get_lot_history(
        self,
        lot: int | str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.HistoryLotHistory:
        """A lot with its takes."""
        return cast("models.HistoryLotHistory", self.get(f"/v1/history/auctions/{self.segment(lot)}", cursor=cursor, limit=limit))

    def list_past_events(
        self,
        *,
        account: models.AccountId | None = None,
        from_: int | None = None,
        kind: str | None = None,
        limit: int | None = None,
        lot: int | None = None,
        module: str | None = None,
        to: int | None = None,
        vault: int | None = None,
    ) -> Iterator[models.HistoryEventLine]:
        """Events by account, module, name, vault or lot."""
        return self.pages("/v1/history/events", account=account, **{"from": from_}, kind=kind, limit=limit, lot=lot, module=module, to=to, vault=vault)

    def list_candles(
        self,
        feed: int | str,
        *,
        from_: int | None = None,
        interval_ms: int | None = None,
        limit: int | None = None,
        to: int | None = None,
    ) -> Iterator[models.HistoryCandle]:
        """The price of a feed in intervals: open, high, low, close."""
        return self.pages(f"/v1/history/prices/{self.segment(feed)}", **{"from": from_}, interval_ms=interval_ms, limit=limit, to=to)

    def get_vault_history(
        self,
        vault: int | str,
        *,
        cursor: str | None = None,
        from_: int | None = None,
        limit: int | None = None,
        to: int | None = None,
    ) -> models.HistoryVaultHistory:
        """What happened to a vault."""
        return cast("models.HistoryVaultHistory", self.get(f"/v1/history/vaults/{self.segment(vault)}", cursor=cursor, **{"from": from_}, limit=limit, to=to))

    def get_hold(self, hold: int | str) -> models.Hold:
        """An amount set aside."""
        return cast("models.Hold", self.get(f"/v1/holds/{self.segment(hold)}"))

    def list_instructions(
        self,
        *,
        account: models.AccountId | None = None,
        limit: int | None = None,
    ) -> Iterator[models.LedgerInstructionView]:
        """Settlement instructions: open ones, and those ended of late."""
        return self.pages("/v1/instructions", account=account, limit=limit)

    def get_instruction(self, instruction: int | str) -> models.LedgerInstructionView:
        """A settlement instruction."""
        return cast("models.LedgerInstructionView", self.get(f"/v1/instructions/{self.segment(instruction)}"))

    def list_listings(self, *, limit: int | None = None) -> Iterator[models.SecuritiesListedView]:
        """How assets are admitted: tier, curator, caps."""
        return self.pages("/v1/listings", limit=limit)

    def get_network(self) -> models.Network:
        """The network and its parameters."""
        return cast("models.Network", self.get("/v1/network"))

    def get_matrix(self) -> dict[str, Any]:
        """Which price permits what."""
        return cast("dict[str, Any]", self.get("/v1/oracle/matrix"))

    def list_offences(self, *, limit: int | None = None) -> Iterator[models.OracleOffenceView]:
        """Proven offences of publishers."""
        return self.pages("/v1/oracle/offences", limit=limit)

    def list_raw_blocks(self, *, limit: int | None = None) -> Iterator[models.RawBlock]:
        """The blocks as bytes with what they did, the oldest first, for indexers; a cursor is the height after which a page begins."""
        return self.pages("/v1/raw-blocks", limit=limit)

    def get_record(
        self,
        table: str,
        key: str,
        *,
        at: str | None = None,
    ) -> models.VerifyEvidence | models.HeadRecord:
        """Any record, by table and key, with proof; with ?at=head newer and without."""
        return cast("models.VerifyEvidence | models.HeadRecord", self.get(f"/v1/records/{self.segment(table)}/{self.segment(key)}", at=at))

    def list_requests(
        self,
        *,
        asset: int | None = None,
        limit: int | None = None,
        owner: models.AccountId | None = None,
    ) -> Iterator[models.SecuritiesRequestView]:
        """The requests."""
        return self.pages("/v1/redemption-requests", asset=asset, limit=limit, owner=owner)

    def get_request(self, request_: int | str) -> models.SecuritiesRequestView:
        """A request."""
        return cast("models.SecuritiesRequestView", self.get(f"/v1/redemption-requests/{self.segment(request_)}"))

    def list_queues(self, *, limit: int | None = None) -> Iterator[models.SecuritiesQueueView]:
        """The queues."""
        return self.pages("/v1/redemptions", limit=limit)

    def get_queue(self, asset: int | str) -> models.SecuritiesQueueView:
        """The queue of an asset."""
        return cast("models.SecuritiesQueueView", self.get(f"/v1/redemptions/{self.segment(asset)}"))

    def get_wait(self, asset: int | str, *, amount: models.Amount) -> models.SecuritiesWaitView:
        """How long a request made now would wait."""
        return cast("models.SecuritiesWaitView", self.get(f"/v1/redemptions/{self.segment(asset)}/wait", amount=amount))

    def render(self, body: models.Draft | dict[str, Any]) -> models.Rendered:
        """From operations in JSON to what is signed."""
        return cast("models.Rendered", self.post("/v1/render", body))

    def list_retirements(
        self,
        *,
        asset: int | None = None,
        limit: int | None = None,
    ) -> Iterator[models.SecuritiesRetirementView]:
        """Units that were retired for good."""
        return self.pages("/v1/retirements", asset=asset, limit=limit)

    def get_security(self, asset: int | str) -> models.SecuritiesAssetView:
        """What an asset is, what backs it, how it is admitted."""
        return cast("models.SecuritiesAssetView", self.get(f"/v1/securities/{self.segment(asset)}"))

    def list_attestations(self, asset: int | str) -> dict[str, Any]:
        """What an asset's verifiers said last."""
        return cast("dict[str, Any]", self.get(f"/v1/securities/{self.segment(asset)}/attestations"))

    def get_contract(self, asset: int | str) -> models.SecuritiesContractView:
        """The contract of an asset: its terms as text, its reserve, the payments to come."""
        return cast("models.SecuritiesContractView", self.get(f"/v1/securities/{self.segment(asset)}/contract"))

    def get_snapshot_part(self, height: int | str, part: int | str) -> models.NodeSnapshotPart:
        """A part of a snapshot's file, from which a follower begins; GET /v1/status lists the heights."""
        return cast("models.NodeSnapshotPart", self.get(f"/v1/snapshots/{self.segment(height)}/parts/{self.segment(part)}"))

    def list_bonds(self, *, role: models.StakingRole, purpose: int | None = None) -> dict[str, Any]:
        """The bonds of a role for a purpose, at most 100."""
        return cast("dict[str, Any]", self.get("/v1/staking/bonds", purpose=purpose, role=role))

    def get_bond(self, bond: int | str) -> models.StakingBondView:
        """A bond."""
        return cast("models.StakingBondView", self.get(f"/v1/staking/bonds/{self.segment(bond)}"))

    def list_equivocations(self) -> dict[str, Any]:
        """Contradictions of validators that this node has seen, to be reported."""
        return cast("dict[str, Any]", self.get("/v1/staking/equivocations"))

    def list_handovers(self, *, after: int | None = None) -> dict[str, Any]:
        """The proofs of later sets of validators, each certified by the set before it, the oldest first, at most 100."""
        return cast("dict[str, Any]", self.get("/v1/staking/handovers", after=after))

    def list_roles(self) -> dict[str, Any]:
        """The roles that are bonded, with their terms."""
        return cast("dict[str, Any]", self.get("/v1/staking/roles"))

    def list_slashes(self, *, limit: int | None = None) -> Iterator[models.StakingSlashView]:
        """What was taken from bonds, with the evidence's hash."""
        return self.pages("/v1/staking/slashes", limit=limit)

    def get_validators(self) -> models.StakingValidatorsView:
        """Who orders in this epoch and the next, who offers to, and by which rules."""
        return cast("models.StakingValidatorsView", self.get("/v1/staking/validators"))

    def get_status(self) -> models.NodeStatus:
        """How far the node has come."""
        return cast("models.NodeStatus", self.get("/v1/status"))

    def list_tables(self) -> dict[str, Any]:
        """The tables of the state."""
        return cast("dict[str, Any]", self.get("/v1/tables"))

    def submit_transaction(
        self,
        body: models.One | dict[str, Any],
        *,
        timeout_ms: int | None = None,
        wait: models.NodeStage | None = None,
        idempotency_key: str | None = None,
    ) -> models.Status:
        """Submit a signed transaction; the same again gives the same answer."""
        return cast("models.Status", self.post("/v1/transactions", body, timeout_ms=timeout_ms, wait=wait, headers={name: value for name, value in {"Idempotency-Key": idempotency_key}.items() if value is not None}))

    def submit_batch(
        self,
        body: models.HandlersSubmitMany | dict[str, Any],
        *,
        timeout_ms: int | None = None,
        wait: models.NodeStage | None = None,
        idempotency_key: str | None = None,
    ) -> models.HandlersSubmitManyReply:
        """Submit many signed transactions; a refusal of one says nothing of the others."""
        return cast("models.HandlersSubmitManyReply", self.post("/v1/transactions/batch", body, timeout_ms=timeout_ms, wait=wait, headers={name: value for name, value in {"Idempotency-Key": idempotency_key}.items() if value is not None}))

    def get_transaction(self, hash: models.Hash) -> models.Status:
        """Where a transaction stands, with its receipt."""
        return cast("models.Status", self.get(f"/v1/transactions/{self.segment(hash)}"))

    def prove_receipt(self, hash: models.Hash) -> models.VerifyReceiptEvidence:
        """A receipt with its path to the block's events root."""
        return cast("models.VerifyReceiptEvidence", self.get(f"/v1/transactions/{self.segment(hash)}/proof"))

    def list_uniform_lots(self, *, limit: int | None = None) -> Iterator[models.Uniform]:
        """Lots sold at one price for all, without their books."""
        return self.pages("/v1/uniform-lots", limit=limit)

    def get_uniform_lot(self, lot: int | str) -> models.AuctionsUniformView:
        """A lot sold at one price for all, with its book."""
        return cast("models.AuctionsUniformView", self.get(f"/v1/uniform-lots/{self.segment(lot)}"))

    def list_vault_lots(
        self,
        *,
        limit: int | None = None,
        vault: int | None = None,
    ) -> Iterator[models.VaultsVaultLotView]:
        """Lots at auction for vaults."""
        return self.pages("/v1/vault-lots", limit=limit, vault=vault)

    def list_vaults(
        self,
        *,
        facility: int | None = None,
        limit: int | None = None,
        owner: models.AccountId | None = None,
    ) -> Iterator[models.VaultsVaultView]:
        """The vaults."""
        return self.pages("/v1/vaults", facility=facility, limit=limit, owner=owner)

    def get_vault(self, vault: int | str) -> models.VaultsVaultView:
        """A vault at the quotes of the last mark."""
        return cast("models.VaultsVaultView", self.get(f"/v1/vaults/{self.segment(vault)}"))

    def prove_vault(self, vault: int | str, *, at: str | None = None) -> models.VerifyEvidence:
        """A vault's record with proof."""
        return cast("models.VerifyEvidence", self.get(f"/v1/vaults/{self.segment(vault)}/proof", at=at))

    def get_protection(self, vault: int | str) -> models.VaultsProtectionView:
        """What stands between a vault and an auction: margin call, ladder, band."""
        return cast("models.VaultsProtectionView", self.get(f"/v1/vaults/{self.segment(vault)}/protection"))
