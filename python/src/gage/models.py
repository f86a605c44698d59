"""What a node answers, as types. Made by `tools/routes.py` from the node's OpenAPI document."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict, Union


Account = TypedDict(
    "Account",
    {
        "credit": "Amount",
        "deposit": "Amount",
        "id": "AccountId",
        "keys": "list[AccountsKeyView]",
        "member_epoch": "int",
        "next_nonce": "int",
        "number": "AccountNumber",
        "opened_at": "Timestamp",
        "opened_by": "NotRequired[AccountId | None]",
        "policy_version": "int",
        "sessions": "list[AccountsSessionView]",
        "threshold": "int",
    },
)
"""An account with its fee credit."""

AccountLine = TypedDict(
    "AccountLine",
    {
        "id": "AccountId",
        "number": "AccountNumber",
    },
)
"""An account's names."""

AccountsAddKey = TypedDict(
    "AccountsAddKey",
    {
        "key": "AccountsNewKey",
    },
)
"""Adds a key to the signing account."""

AccountsAnswer = TypedDict(
    "AccountsAnswer",
    {
        "bound": "AccountsBound",
        "keys": "list[KeyId]",
        "most": "NotRequired[Amount | None]",
    },
)
"""The answer."""

AccountsBreaker = TypedDict(
    "AccountsBreaker",
    {
        "beyond": "AccountsTripped",
        "limit": "Amount",
        "window_ms": "int",
    },
)
"""The most of an asset that may leave an account net in any window of time, whoever signs."""

AccountsBreakerView = TypedDict(
    "AccountsBreakerView",
    {
        "asset": "AssetId",
        "beyond": "AccountsTripped",
        "limit": "Amount",
        "used": "Amount",
        "window_ms": "int",
    },
)
"""A breaker with what counts in its window."""

AccountsBundleView = TypedDict(
    "AccountsBundleView",
    {
        "account": "AccountNumber",
        "account_id": "AccountId",
        "current": "bool",
        "delay_ms": "int",
        "hash": "Hash",
        "manages": "bool",
        "member_epoch": "int",
        "not_after": "Timestamp",
        "not_before": "Timestamp",
        "number": "int",
        "operations": "list[int]",
        "policy_version": "int",
        "proposed_at": "Timestamp",
        "proposer": "KeyId",
        "queued": "NotRequired[Timestamp | None]",
        "version": "int",
        "votes": "list[AccountsVote]",
        "weight": "int",
    },
)
"""A bundle with its number and the name of its account."""

AccountsCloseSession = TypedDict(
    "AccountsCloseSession",
    {
        "key": "KeyId",
    },
)
"""Ends a session of the signing account at once."""

AccountsCondition = TypedDict(
    "AccountsCondition",
    {
        "above": "NotRequired[Amount | None]",
        "assets": "NotRequired[list[AssetId]]",
        "at_most": "NotRequired[Amount | None]",
        "destinations": "NotRequired[list[AccountId]]",
        "operations": "NotRequired[list[AccountsOperationKind]]",
        "share_above": "NotRequired[Bps | None]",
        "signers": "NotRequired[AccountsGroup | None]",
    },
)
"""When a rule fits. What is empty or absent fits anything."""

AccountsExecuteBundle = TypedDict(
    "AccountsExecuteBundle",
    {
        "bundle": "int",
        "key": "KeyId",
    },
)
"""Lets an approved bundle of the signing account run in the next block, before what users ask there."""

AccountsFinishRecovery = TypedDict(
    "AccountsFinishRecovery",
    {
        "account": "AccountId",
    },
)
"""Replaces the keys of an account by those that the signer and enough other guardians have proposed for as long as the account's owners decided."""

AccountsFreeze = TypedDict(
    "AccountsFreeze",
    {
        "since": "Timestamp",
        "until": "NotRequired[Timestamp | None]",
    },
)
"""A frozen account lets nothing leave but what reduces a risk."""

AccountsFreezeSelf = TypedDict(
    "AccountsFreezeSelf",
    {
        "key": "KeyId",
    },
)
"""Freezes the signing account at once; one owner's key suffices."""

AccountsFreezeWard = TypedDict(
    "AccountsFreezeWard",
    {
        "account": "AccountId",
    },
)
"""Freezes an account at once; each of its guardians may."""

AccountsGenesis = TypedDict(
    "AccountsGenesis",
    {
        "accounts": "NotRequired[list[AccountsGenesisAccount]]",
    },
)
"""This module's section of the genesis file."""

AccountsGenesisAccount = TypedDict(
    "AccountsGenesisAccount",
    {
        "id": "NotRequired[AccountId | None]",
        "keys": "list[AccountsNewKey]",
        "threshold": "int",
    },
)
"""One account of the genesis file."""

AccountsGrant = TypedDict(
    "AccountsGrant",
    {
        "classes": "list[AccountsClass]",
        "module": "int",
    },
)
"""The classes of operations of one module that a session may sign."""

AccountsGroup = TypedDict(
    "AccountsGroup",
    {
        "keys": "list[KeyId]",
        "weight": "int",
    },
)
"""Keys of the account that together weigh enough. Only keys that the account still has count."""

AccountsGuardView = TypedDict(
    "AccountsGuardView",
    {
        "breakers": "list[AccountsBreakerView]",
        "frozen": "NotRequired[AccountsFreeze | None]",
        "guardian_delay_ms": "int",
        "guardian_threshold": "int",
        "guardians": "list[AccountId]",
        "loosening_ms": "NotRequired[int | None]",
        "policy": "AccountsPolicy",
        "recoveries": "list[AccountsRecoveryView]",
        "spent": "list[AccountsSpentView]",
    },
)
"""What watches over an account."""

AccountsGuardians = TypedDict(
    "AccountsGuardians",
    {
        "accounts": "list[AccountNumber]",
        "delay_ms": "int",
        "threshold": "int",
    },
)
"""Accounts that may veto and freeze, each alone, and together rotate the keys."""

AccountsKeyView = TypedDict(
    "AccountsKeyView",
    {
        "added_at": "Timestamp",
        "expires": "NotRequired[Timestamp | None]",
        "id": "KeyId",
        "public_key": "PublicKey",
        "role": "AccountsRole",
        "weight": "int",
    },
)
"""A key with its identifier."""

AccountsLimit = TypedDict(
    "AccountsLimit",
    {
        "amount": "Amount",
        "beyond": "AccountsBeyond",
        "window_ms": "int",
    },
)
"""The most that may leave under a rule in any window of time, for each asset."""

AccountsNewKey = TypedDict(
    "AccountsNewKey",
    {
        "expires": "NotRequired[Timestamp | None]",
        "public_key": "PublicKey",
        "role": "AccountsRole",
        "weight": "int",
    },
)
"""A key as its owner asks for it."""

AccountsOpenAccount = TypedDict(
    "AccountsOpenAccount",
    {
        "keys": "list[AccountsNewKey]",
        "threshold": "int",
    },
)
"""Opens an account for whoever holds the keys. The signer pays and gets no power over it."""

AccountsOpenSession = TypedDict(
    "AccountsOpenSession",
    {
        "expires": "Timestamp",
        "key": "PublicKey",
        "limits": "NotRequired[list[AccountsSessionLimit]]",
        "scope": "list[AccountsGrant]",
    },
)
"""Lets a key sign alone, within a scope, until it expires or is closed: trade, but not transfer."""

AccountsOperationKind = TypedDict(
    "AccountsOperationKind",
    {
        "module": "int",
        "verb": "NotRequired[int | None]",
    },
)
"""Operations of a module; of one verb, or of all."""

AccountsPolicy = TypedDict(
    "AccountsPolicy",
    {
        "delay_ms": "NotRequired[int]",
        "rules": "NotRequired[list[AccountsRule]]",
    },
)
"""Ordered rules. What none of them fits needs the account's threshold."""

AccountsRecoveryView = TypedDict(
    "AccountsRecoveryView",
    {
        "guardian": "NotRequired[AccountId | None]",
        "keys": "list[AccountsNewKey]",
        "started_at": "Timestamp",
        "threshold": "int",
    },
)
"""What a guardian proposes."""

AccountsRejectBundle = TypedDict(
    "AccountsRejectBundle",
    {
        "bundle": "int",
        "key": "KeyId",
    },
)
"""Stops a bundle of the signing account: by the key that proposed it, or by one owner's key."""

AccountsRemoveKey = TypedDict(
    "AccountsRemoveKey",
    {
        "key": "KeyId",
    },
)
"""Removes a key from the signing account. Sessions that the key may have signed for end."""

AccountsRotateKey = TypedDict(
    "AccountsRotateKey",
    {
        "expires": "NotRequired[Timestamp | None]",
        "new": "PublicKey",
        "old": "KeyId",
    },
)
"""Puts a new key in the place of an old one, with its role and weight. Sessions that the old key may have signed for end."""

AccountsRule = TypedDict(
    "AccountsRule",
    {
        "limit": "NotRequired[AccountsLimit | None]",
        "number": "int",
        "then": "AccountsVerdict",
        "when": "NotRequired[AccountsCondition]",
    },
)
"""One rule."""

AccountsSessionLimit = TypedDict(
    "AccountsSessionLimit",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "window_ms": "int",
    },
)
"""The most of one asset that may leave in any window of time."""

AccountsSessionView = TypedDict(
    "AccountsSessionView",
    {
        "expires": "Timestamp",
        "id": "KeyId",
        "lane": "int",
        "limits": "list[AccountsSessionLimit]",
        "next_nonce": "int",
        "opened_at": "Timestamp",
        "public_key": "PublicKey",
        "scope": "list[AccountsGrant]",
    },
)
"""A session with its identifier and nonce."""

AccountsSetBreaker = TypedDict(
    "AccountsSetBreaker",
    {
        "asset": "AssetId",
        "breaker": "NotRequired[AccountsBreaker | None]",
    },
)
"""Sets or takes away the signing account's breaker of an asset. A stricter one acts at once."""

AccountsSetGuardians = TypedDict(
    "AccountsSetGuardians",
    {
        "delay_ms": "int",
        "guardians": "list[AccountId]",
        "threshold": "int",
    },
)
"""Sets who watches over the signing account: each guardian may veto bundles and freeze the account at once; enough of them together may replace its keys, after a delay in which the owners can cancel. What the guardians before have proposed is void."""

AccountsSetPolicy = TypedDict(
    "AccountsSetPolicy",
    {
        "policy": "AccountsPolicy",
    },
)
"""Sets the rules of the signing account. What is stricter acts at once; what is looser must have waited as a bundle, unless nothing watched over the account before."""

AccountsSetThreshold = TypedDict(
    "AccountsSetThreshold",
    {
        "threshold": "int",
    },
)
"""Sets the weight of keys that an act of the signing account needs."""

AccountsSpentView = TypedDict(
    "AccountsSpentView",
    {
        "amount": "Amount",
        "meter": "AccountsMeter",
    },
)
"""What counts in the window of a limit."""

AccountsStartRecovery = TypedDict(
    "AccountsStartRecovery",
    {
        "account": "AccountId",
        "keys": "list[AccountsNewKey]",
        "threshold": "int",
    },
)
"""Proposes new keys for an account that the signer guards, in the place of what it proposed before."""

AccountsVetoBundle = TypedDict(
    "AccountsVetoBundle",
    {
        "bundle": "int",
    },
)
"""Stops a bundle of an account that the signer guards, until the moment it runs."""

AccountsVote = TypedDict(
    "AccountsVote",
    {
        "at": "Timestamp",
        "key": "KeyId",
    },
)
"""One key's approval."""

Assertion = TypedDict(
    "Assertion",
    {
        "authenticator_data": "str",
        "client_data_json": "str",
        "signature": "SignatureBytes",
    },
)
"""What an authenticator returns for a challenge. JSON form: hexadecimal texts."""

AssetLine = TypedDict(
    "AssetLine",
    {
        "asset": "AssetId",
        "decimals": "int",
        "supply": "Amount",
        "symbol": "str",
    },
)
"""What exists of an asset."""

AuctionsBidView = TypedDict(
    "AuctionsBidView",
    {
        "amount": "Amount",
        "bid": "int",
        "bidder": "AccountNumber",
        "hold": "LedgerHoldId",
        "limit": "Price",
    },
)
"""A bid in the book of a lot."""

AuctionsCancelUniform = TypedDict(
    "AuctionsCancelUniform",
    {
        "asset": "AssetId",
        "lot": "AuctionsLotId",
    },
)
"""Ends a uniform-price lot of the signer's that has neither bids nor commitments, or takes back what a cleared one left while he could not hold it."""

AuctionsClaimKeptProceeds = TypedDict(
    "AuctionsClaimKeptProceeds",
    {
        "asset": "AssetId",
    },
)
"""Moves what is kept for the signer of an asset to him, now that he may hold it."""

AuctionsCommitBid = TypedDict(
    "AuctionsCommitBid",
    {
        "commitment": "Hash",
        "deposit_max": "Amount",
        "lot": "AuctionsLotId",
        "want": "AssetId",
    },
)
"""Commits the signer to a bid that nobody can read: its hash, and the lot's deposit set aside. It counts once it is revealed; a commitment never revealed loses the part of its deposit that the lot states. A full list gives up its smallest deposit for one a tenth higher."""

AuctionsHeldView = TypedDict(
    "AuctionsHeldView",
    {
        "amount": "Amount",
        "asset": "AssetId",
    },
)
"""What the account holds for lots."""

AuctionsLotView = TypedDict(
    "AuctionsLotView",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "curve": "AuctionsCurve",
        "cusp": "Ratio",
        "dust": "Amount",
        "finished": "bool",
        "floor": "Price",
        "id": "AuctionsLotId",
        "item": "NotRequired[ItemId | None]",
        "last_price": "Price",
        "needs_restart": "bool",
        "opened_at": "Timestamp",
        "outstanding": "Amount | None",
        "owner": "AuctionsOwnerRef",
        "price": "Price",
        "proceeds_to": "AccountNumber",
        "raise_max": "Amount",
        "raised": "Amount",
        "remaining": "Amount",
        "restart_at": "Timestamp",
        "restarts": "int",
        "scale": "str",
        "seller": "AccountNumber",
        "start": "Price",
        "started_at": "Timestamp",
        "tail_ms": "int",
        "taken": "Amount",
        "want": "AssetId",
    },
)
"""A lot as of a time."""

AuctionsOpenUniform = TypedDict(
    "AuctionsOpenUniform",
    {
        "amount": "AccountsQuantity",
        "asset": "AssetId",
        "bid_min": "Amount",
        "bidding": "AuctionsBidding",
        "floor": "Price",
        "unsold": "AuctionsUnsold",
        "want": "AssetId",
        "window_ms": "int",
    },
)
"""Sells an amount of the signer's at one clearing price: a primary sale. What is bid goes to him; what is not sold comes back by the rule stated here."""

AuctionsOwnerRef = TypedDict(
    "AuctionsOwnerRef",
    {
        "id": "int",
        "module": "int",
    },
)
"""For whom a lot is sold: a record of a module."""

AuctionsPlaceBid = TypedDict(
    "AuctionsPlaceBid",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "limit": "Price",
        "lot": "AuctionsLotId",
        "want": "AssetId",
    },
)
"""Bids for at most `amount` at no more than `limit`. `amount` at `limit`, rounded up, is set aside on the signer's account until the lot is cleared; the bid is firm."""

AuctionsRevealBid = TypedDict(
    "AuctionsRevealBid",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "limit": "Price",
        "lot": "AuctionsLotId",
        "salt": "Hash",
        "want": "AssetId",
    },
)
"""Opens one of the signer's commitments: the deposit is free again, and the whole payment at the limit is set aside in its place."""

AuctionsTake = TypedDict(
    "AuctionsTake",
    {
        "amount": "AccountsQuantity",
        "asset": "AssetId",
        "lot": "AuctionsLotId",
        "price_max": "Price",
        "want": "AssetId",
    },
)
"""Takes at most `amount` of a lot, if its price is at most `price_max`. The signer gets the lot before he pays, both in this operation."""

AuctionsUniformLot = TypedDict(
    "AuctionsUniformLot",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "bid_min": "Amount",
        "bidding": "AuctionsBidding",
        "bids": "int",
        "bids_until": "Timestamp",
        "cleared": "bool",
        "clears_at": "Timestamp",
        "commitments": "int",
        "floor": "Price",
        "forfeited": "Amount",
        "last_bid": "int",
        "opened_at": "Timestamp",
        "owner": "AuctionsOwnerRef",
        "price": "Price",
        "proceeds_to": "AccountNumber",
        "raised": "Amount",
        "remaining": "Amount",
        "round": "int",
        "scale": "str",
        "seller": "AccountNumber",
        "sold": "Amount",
        "unsold": "AuctionsUnsold",
        "want": "AssetId",
        "window_ms": "int",
    },
)
"""A lot sold at one price to all who bid at least that."""

AuctionsUniformView = TypedDict(
    "AuctionsUniformView",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "bid_min": "Amount",
        "bidding": "AuctionsBidding",
        "bids": "int",
        "bids_until": "Timestamp",
        "book": "list[AuctionsBidView]",
        "cleared": "bool",
        "clears_at": "Timestamp",
        "commitments": "int",
        "floor": "Price",
        "forfeited": "Amount",
        "id": "AuctionsLotId",
        "last_bid": "int",
        "opened_at": "Timestamp",
        "owner": "AuctionsOwnerRef",
        "price": "Price",
        "proceeds_to": "AccountNumber",
        "raised": "Amount",
        "remaining": "Amount",
        "round": "int",
        "scale": "str",
        "seller": "AccountNumber",
        "sold": "Amount",
        "unsold": "AuctionsUnsold",
        "want": "AssetId",
        "window_ms": "int",
    },
)
"""A uniform-price lot with its book, the best bid first."""

Audit = TypedDict(
    "Audit",
    {
        "assets": "list[AssetLine]",
        "broken": "str | None",
        "conservation_ok": "bool",
        "coverage": "list[CoverageLine]",
        "facilities": "list[FacilityLine]",
        "height": "Height",
        "time": "Timestamp",
    },
)
"""What an audit found."""

BackstopAddCollateral = TypedDict(
    "BackstopAddCollateral",
    {
        "asset": "AssetId",
        "waterfall": "BackstopWaterfallId",
    },
)
"""Adds an asset that losses may bring along; nothing happens if it is there."""

BackstopBatchView = TypedDict(
    "BackstopBatchView",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "entry": "Amount",
        "id": "int",
        "left": "Amount",
        "members": "int",
        "raised": "Amount",
        "state": "BackstopBatchState",
        "waterfall": "BackstopWaterfallId",
    },
)
"""A batch of gains with what one account put in."""

BackstopBearing = TypedDict(
    "BackstopBearing",
    {
        "amount": "Amount",
        "available": "Amount",
        "cap": "Amount",
        "collateral": "list[BackstopHolding]",
        "kind": "BackstopStepKind",
    },
)
"""What one step bore of a loss."""

BackstopClaimGains = TypedDict(
    "BackstopClaimGains",
    {
        "asset": "AssetId",
        "waterfall": "BackstopWaterfallId",
    },
)
"""Claims all gains in one asset: collateral of losses the deposit paid, or rewards in the stable. The signer must be eligible to hold the asset now; until then the gains wait."""

BackstopClaimPremium = TypedDict(
    "BackstopClaimPremium",
    {
        "asset": "AssetId",
        "tier": "int",
        "waterfall": "BackstopWaterfallId",
    },
)
"""Claims all premiums of the signer's deposit in an insurance tier."""

BackstopClaimProceeds = TypedDict(
    "BackstopClaimProceeds",
    {
        "asset": "AssetId",
        "batch": "int",
    },
)
"""Claims the signer's part of what a batch raised. What rounding keeps joins the surplus with the last claim."""

BackstopConvertGains = TypedDict(
    "BackstopConvertGains",
    {
        "asset": "AssetId",
        "waterfall": "BackstopWaterfallId",
    },
)
"""Puts all gains of the signer's deposit in one collateral into the next batch of the waterfall's sales. It goes to auction among those who may hold it; the signer claims his part of the proceeds in the stable."""

BackstopCoverageProof = TypedDict(
    "BackstopCoverageProof",
    {
        "covered": "Amount",
        "height": "Height",
        "keys": "list[str]",
        "ratio": "Ratio",
        "steps": "list[BackstopStepCapital]",
        "stressed_loss": "Amount",
    },
)
"""Coverage with the keys of every record it is reckoned from: who has the records with their proofs reckons the same."""

BackstopCreateWaterfall = TypedDict(
    "BackstopCreateWaterfall",
    {
        "collateral": "list[AssetId]",
        "curator": "NotRequired[AccountId | None]",
        "stable": "AssetId",
        "steps": "list[BackstopStep]",
        "terms": "BackstopTerms",
    },
)
"""Creates a waterfall with an empty pool."""

BackstopDepositFirstLoss = TypedDict(
    "BackstopDepositFirstLoss",
    {
        "amount": "AccountsQuantity",
        "asset": "AssetId",
        "waterfall": "BackstopWaterfallId",
    },
)
"""Adds capital of the curator; it bears losses at once."""

BackstopDepositInsurance = TypedDict(
    "BackstopDepositInsurance",
    {
        "amount": "AccountsQuantity",
        "asset": "AssetId",
        "tier": "int",
        "waterfall": "BackstopWaterfallId",
    },
)
"""Deposits stable as insurance; it bears losses at its tier's place and earns its premium from the next block on."""

BackstopDepositStability = TypedDict(
    "BackstopDepositStability",
    {
        "amount": "AccountsQuantity",
        "asset": "AssetId",
        "waterfall": "BackstopWaterfallId",
    },
)
"""Deposits stable; it bears losses and earns from the next block on."""

BackstopDepositView = TypedDict(
    "BackstopDepositView",
    {
        "amount": "Amount",
        "gains": "list[BackstopHolding]",
        "pending": "Amount",
        "request": "BackstopRequest | None",
        "waterfall": "BackstopWaterfallId",
    },
)
"""An account's deposit, as of a height."""

BackstopDistributeSurplus = TypedDict(
    "BackstopDistributeSurplus",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "to": "AccountId",
        "waterfall": "BackstopWaterfallId",
    },
)
"""Pays surplus to an account: of the stable what exceeds the buffer's minimum, of collateral all."""

BackstopFirstLoss = TypedDict(
    "BackstopFirstLoss",
    {
        "amount": "Amount",
        "request": "NotRequired[BackstopRequest | None]",
    },
)
"""The curator's capital."""

BackstopGenesis = TypedDict(
    "BackstopGenesis",
    {
        "insurance": "NotRequired[list[BackstopGenesisInsurance]]",
        "waterfalls": "NotRequired[list[BackstopGenesisWaterfall]]",
    },
)
"""What the genesis file says about the backstop."""

BackstopGenesisInsurance = TypedDict(
    "BackstopGenesisInsurance",
    {
        "terms": "BackstopInsuranceTerms",
        "tier": "int",
        "waterfall": "BackstopWaterfallId",
    },
)
"""An insurance tier that exists from the start."""

BackstopGenesisWaterfall = TypedDict(
    "BackstopGenesisWaterfall",
    {
        "collateral": "list[AssetId]",
        "curator": "NotRequired[AccountId | None]",
        "stable": "AssetId",
        "steps": "list[BackstopStep]",
        "terms": "BackstopTerms",
    },
)
"""A waterfall that exists from the start; numbers are given in the order of the file, from 1."""

BackstopHolding = TypedDict(
    "BackstopHolding",
    {
        "amount": "Amount",
        "asset": "AssetId",
    },
)
"""An amount of an asset."""

BackstopInsuranceTerms = TypedDict(
    "BackstopInsuranceTerms",
    {
        "cooldown_ms": "int",
        "premium": "Bps",
    },
)
"""The terms of an insurance tier."""

BackstopInsuranceView = TypedDict(
    "BackstopInsuranceView",
    {
        "cooldown_ms": "int",
        "pool": "BackstopPool",
        "premium": "Bps",
        "premiums": "Amount",
        "tier": "int",
    },
)
"""An insurance tier, as of a height."""

BackstopPool = TypedDict(
    "BackstopPool",
    {
        "deposits": "Amount",
        "members": "int",
        "pending": "Amount",
        "pending_members": "int",
        "pending_since": "Height",
        "product": "BackstopProduct",
    },
)
"""The stability pool of a waterfall, or one of its insurance tiers."""

BackstopProduct = TypedDict(
    "BackstopProduct",
    {
        "epoch": "int",
        "scale": "int",
        "value": "str",
    },
)
"""A point of the product: epoch, scale, value."""

BackstopReceipt = TypedDict(
    "BackstopReceipt",
    {
        "bearings": "list[BackstopBearing]",
        "collateral": "list[BackstopHolding]",
        "debt": "Amount",
        "height": "Height",
        "reference": "BackstopReference",
        "time": "Timestamp",
        "to_surplus": "list[BackstopHolding]",
        "uncovered": "Amount",
        "waterfall": "BackstopWaterfallId",
    },
)
"""Who bore a loss."""

BackstopReceiptView = TypedDict(
    "BackstopReceiptView",
    {
        "bearings": "list[BackstopBearing]",
        "collateral": "list[BackstopHolding]",
        "debt": "Amount",
        "height": "Height",
        "id": "BackstopReceiptId",
        "reference": "BackstopReference",
        "time": "Timestamp",
        "to_surplus": "list[BackstopHolding]",
        "uncovered": "Amount",
        "waterfall": "BackstopWaterfallId",
    },
)
"""A receipt with its number."""

BackstopReference = TypedDict(
    "BackstopReference",
    {
        "id": "int",
        "module": "int",
    },
)
"""What a loss arose from: a record of the module that reported it."""

BackstopRequest = TypedDict(
    "BackstopRequest",
    {
        "amount": "Amount",
        "expires_at": "Timestamp",
        "ready_at": "Timestamp",
    },
)
"""A wish to leave."""

BackstopRequestWithdrawal = TypedDict(
    "BackstopRequestWithdrawal",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "tranche": "BackstopTranche",
        "waterfall": "BackstopWaterfallId",
    },
)
"""Starts the cooldown of a withdrawal of at most what is deposited now. Until it is made, the capital bears losses and earns as before. A new request takes the place of an earlier one and starts the cooldown anew."""

BackstopSaleTerms = TypedDict(
    "BackstopSaleTerms",
    {
        "curve": "AuctionsCurve",
        "cusp": "Ratio",
        "dust": "Amount",
        "feed": "OracleFeedId",
        "floor": "Bps",
        "lot_max": "Amount",
        "par": "Price",
        "start_premium": "Bps",
        "tail_ms": "int",
    },
)
"""How an asset of a waterfall is sold for its stable: a Dutch lot that begins above the quote and never goes below a part of it."""

BackstopSetInsurance = TypedDict(
    "BackstopSetInsurance",
    {
        "terms": "BackstopInsuranceTerms",
        "tier": "int",
        "waterfall": "BackstopWaterfallId",
    },
)
"""Sets the terms of an insurance tier; a new tier begins empty. It bears once the steps name it."""

BackstopSetSaleTerms = TypedDict(
    "BackstopSetSaleTerms",
    {
        "asset": "AssetId",
        "terms": "BackstopSaleTerms",
        "waterfall": "BackstopWaterfallId",
    },
)
"""Sets how an asset is sold that lies in the buffer or that depositors put up; open lots take the new prices when they restart."""

BackstopSetSurplusRule = TypedDict(
    "BackstopSetSurplusRule",
    {
        "asset": "AssetId",
        "period_ms": "int",
        "share": "Bps",
        "target": "Amount",
        "to": "NotRequired[AccountId | None]",
        "waterfall": "BackstopWaterfallId",
    },
)
"""Sets the rule by which surplus of the stable above a target is distributed, period by period: to the stability pool, or to an account."""

BackstopSetTerms = TypedDict(
    "BackstopSetTerms",
    {
        "asset": "AssetId",
        "steps": "list[BackstopStep]",
        "terms": "BackstopTerms",
        "waterfall": "BackstopWaterfallId",
    },
)
"""Sets steps and terms, together."""

BackstopStep = TypedDict(
    "BackstopStep",
    {
        "cap": "Amount",
        "kind": "BackstopStepKind",
    },
)
"""One step of a waterfall."""

BackstopStepCapital = TypedDict(
    "BackstopStepCapital",
    {
        "cap": "Amount",
        "capital": "Amount",
        "kind": "BackstopStepKind",
    },
)
"""What one step could bear."""

BackstopSurplusRule = TypedDict(
    "BackstopSurplusRule",
    {
        "next_at": "Timestamp",
        "period_ms": "int",
        "share": "Bps",
        "target": "Amount",
        "to": "BackstopSurplusTo",
    },
)
"""What happens with surplus above a target, period by period."""

BackstopTerms = TypedDict(
    "BackstopTerms",
    {
        "buffer_min": "Amount",
        "cooldown_ms": "int",
        "deposit_min": "Amount",
        "first_loss_min": "Amount",
        "remaining_min": "Amount",
        "window_ms": "int",
    },
)
"""The times and least amounts of a waterfall."""

BackstopWaterfall = TypedDict(
    "BackstopWaterfall",
    {
        "collateral": "list[AssetId]",
        "curator": "NotRequired[AccountNumber | None]",
        "exits_closed": "bool",
        "reserved": "Amount",
        "stable": "AssetId",
        "steps": "list[BackstopStep]",
        "terms": "BackstopTerms",
    },
)
"""Who bears the losses of one facility or market, in which order."""

BackstopWaterfallView = TypedDict(
    "BackstopWaterfallView",
    {
        "collateral": "list[AssetId]",
        "curator": "NotRequired[AccountNumber | None]",
        "exits_closed": "bool",
        "first_loss": "BackstopFirstLoss",
        "gains": "list[BackstopHolding]",
        "id": "BackstopWaterfallId",
        "insurance": "list[BackstopInsuranceView]",
        "pool": "BackstopPool",
        "reserved": "Amount",
        "stable": "AssetId",
        "steps": "list[BackstopStep]",
        "surplus": "list[BackstopHolding]",
        "terms": "BackstopTerms",
    },
)
"""A waterfall with its capital, as of a height."""

BackstopWithdrawFirstLoss = TypedDict(
    "BackstopWithdrawFirstLoss",
    {
        "amount": "AccountsQuantity",
        "asset": "AssetId",
        "waterfall": "BackstopWaterfallId",
    },
)
"""Withdraws at most `amount` on a request whose cooldown has passed, down to the curator's minimum."""

BackstopWithdrawInsurance = TypedDict(
    "BackstopWithdrawInsurance",
    {
        "amount": "AccountsQuantity",
        "asset": "AssetId",
        "tier": "int",
        "waterfall": "BackstopWaterfallId",
    },
)
"""Withdraws at most `amount` on a request whose cooldown has passed; after losses there may be less. Premiums stay and are claimed apart."""

BackstopWithdrawStability = TypedDict(
    "BackstopWithdrawStability",
    {
        "amount": "AccountsQuantity",
        "asset": "AssetId",
        "waterfall": "BackstopWaterfallId",
    },
)
"""Withdraws at most `amount` on a request whose cooldown has passed; after losses there may be less. Gains stay and are claimed apart."""

Block = TypedDict(
    "Block",
    {
        "block": "Hash",
        "due_events": "int | None",
        "events_root": "Hash | None",
        "header": "ChainHeader",
        "height": "Height",
        "receipts": "PageOfReceiptLine | None",
        "transactions": "int",
    },
)
"""A block with one page of its receipts."""

BlockLine = TypedDict(
    "BlockLine",
    {
        "block": "Hash",
        "height": "Height",
        "receipts": "int | None",
        "time": "Timestamp",
    },
)
"""A block in short."""

Candidates = TypedDict(
    "Candidates",
    {
        "candidates": "int",
    },
)
"""The work of a facility's next liquidations."""

ChainApproveBundle = TypedDict(
    "ChainApproveBundle",
    {
        "bundle": "int",
        "hash": "Hash",
        "key": "KeyId",
        "operations": "list[int]",
    },
)
"""Approves a bundle of the signing account. It repeats the operations, so that what is signed says them."""

ChainBuyCredit = TypedDict(
    "ChainBuyCredit",
    {
        "asset": "AssetId",
        "quantity": "AccountsQuantity",
    },
)
"""Moves a free amount of the fee asset into the signer's fee credit."""

ChainCancelBundle = TypedDict(
    "ChainCancelBundle",
    {
        "bundle": "int",
    },
)
"""Withdraws a bundle that has not run; only the governing account may."""

ChainExecuted = TypedDict(
    "ChainExecuted",
    {
        "events_root": "Hash",
        "height": "Height",
        "state_root": "StoreRoot",
    },
)
"""What this block says of an earlier height that its maker has executed."""

ChainGenesis = TypedDict(
    "ChainGenesis",
    {
        "accounts": "NotRequired[AccountsGenesis]",
        "auctions": "NotRequired[AuctionsGenesis]",
        "backstop": "NotRequired[BackstopGenesis]",
        "compliance": "NotRequired[ComplianceGenesis]",
        "credits": "NotRequired[list[ChainGenesisCredit]]",
        "governor": "NotRequired[AccountId | None]",
        "ledger": "NotRequired[LedgerGenesis]",
        "network": "NotRequired[str]",
        "oracle": "NotRequired[OracleGenesis]",
        "params": "NotRequired[ChainParams]",
        "securities": "NotRequired[SecuritiesGenesis]",
        "staking": "NotRequired[StakingGenesis]",
        "time": "NotRequired[Timestamp]",
        "vaults": "NotRequired[VaultsGenesis]",
    },
)
"""The genesis file: network, assets, accounts, parameters."""

ChainGenesisCredit = TypedDict(
    "ChainGenesisCredit",
    {
        "account": "AccountId",
        "amount": "Amount",
    },
)
"""Fee credit that an account has from the start, paid from its own genesis balance."""

ChainGiveCredit = TypedDict(
    "ChainGiveCredit",
    {
        "asset": "AssetId",
        "quantity": "AccountsQuantity",
        "to": "AccountId",
    },
)
"""Moves a free amount of the fee asset into the fee credit of another account: so does one that was opened just now come to its first. It is a payment to that account, which may withdraw it."""

ChainHead = TypedDict(
    "ChainHead",
    {
        "block": "Hash",
        "height": "Height",
        "time": "Timestamp",
    },
)
"""The last executed block."""

ChainHeader = TypedDict(
    "ChainHeader",
    {
        "body": "Hash",
        "executed": "ChainExecuted",
        "height": "Height",
        "parent": "Hash",
        "time": "Timestamp",
        "version": "int",
    },
)
"""What a block commits to."""

ChainKeySignature = TypedDict(
    "ChainKeySignature",
    {
        "key": "PublicKey",
        "signature": "Signature",
    },
)
"""A signature with the key that made it."""

ChainParams = TypedDict(
    "ChainParams",
    {
        "audit_every": "NotRequired[int]",
        "base_fee_min": "NotRequired[Amount]",
        "checkpoint_every": "NotRequired[int]",
        "due_weight_max": "NotRequired[int]",
        "fee_asset": "NotRequired[AssetId]",
        "lag_max": "NotRequired[int]",
        "record_deposit": "NotRequired[Amount]",
        "records_max": "NotRequired[int]",
        "weight_max": "NotRequired[int]",
        "weight_target": "NotRequired[int]",
    },
)
"""The chain's own parameters."""

ChainProposeBundle = TypedDict(
    "ChainProposeBundle",
    {
        "key": "KeyId",
        "not_after": "Timestamp",
        "not_before": "Timestamp",
        "operations": "list[int]",
    },
)
"""Proposes operations of the signing account, which run once enough keys approved them."""

ChainReceiptProof = TypedDict(
    "ChainReceiptProof",
    {
        "count": "int",
        "height": "Height",
        "index": "int",
        "path": "list[Hash]",
    },
)
"""The path from a receipt to its block's events root."""

ChainSchedule = TypedDict(
    "ChainSchedule",
    {
        "not_after": "Timestamp",
        "not_before": "Timestamp",
        "operations": "list[int]",
    },
)
"""Schedules operations; only the governing account may."""

ChainVetoDecision = TypedDict(
    "ChainVetoDecision",
    {
        "bundle": "int",
    },
)
"""Stops a bundle of governance that has not run; any guardian of the governing account may, alone."""

ChainWithdrawCredit = TypedDict(
    "ChainWithdrawCredit",
    {
        "amount": "Amount",
        "asset": "AssetId",
    },
)
"""Moves fee credit back to the signer's free balance."""

ComplianceAppointAgent = TypedDict(
    "ComplianceAppointAgent",
    {
        "agent": "NotRequired[AccountId | None]",
        "asset": "AssetId",
    },
)
"""Sets who sets an asset's rules beside governance. Needs the present agent or governance."""

ComplianceCaps = TypedDict(
    "ComplianceCaps",
    {
        "by_claim": "NotRequired[list[ComplianceClaimCap]]",
        "exempt": "NotRequired[list[ComplianceIdentityId]]",
        "holders_max": "NotRequired[int | None]",
        "holding_max": "NotRequired[Amount | None]",
        "holding_min": "NotRequired[Amount | None]",
        "share_max": "NotRequired[Bps | None]",
    },
)
"""Caps on holders and holdings, asked of whoever receives. Who is beyond one already keeps what he has and may sell; he receives nothing more."""

ComplianceClaim = TypedDict(
    "ComplianceClaim",
    {
        "evidence": "NotRequired[Hash | None]",
        "expires": "NotRequired[Timestamp | None]",
        "issued": "Timestamp",
        "revoked": "NotRequired[Timestamp | None]",
    },
)
"""A statement about an identity. It counts from `issued` until `expires`, unless revoked, and only on the network, for the subject and in the scope it was made for."""

ComplianceClaimCap = TypedDict(
    "ComplianceClaimCap",
    {
        "group": "ComplianceGroup",
        "holders_max": "NotRequired[int | None]",
        "owned_max": "NotRequired[Amount | None]",
        "share_max": "NotRequired[Bps | None]",
        "topic": "ComplianceTopic",
    },
)
"""A cap on all holders of a group together."""

ComplianceClaimKey = TypedDict(
    "ComplianceClaimKey",
    {
        "issuer": "AccountNumber",
        "jurisdiction": "NotRequired[ComplianceJurisdiction | None]",
        "scope": "ComplianceScope",
        "subject": "ComplianceIdentityId",
        "topic": "ComplianceTopic",
    },
)
"""Where a claim stands."""

ComplianceClaimMatch = TypedDict(
    "ComplianceClaimMatch",
    {
        "jurisdiction": "NotRequired[ComplianceJurisdiction | None]",
        "scope": "NotRequired[ComplianceScopeMatch]",
        "topic": "ComplianceTopic",
    },
)
"""Which claims a condition speaks of."""

ComplianceClaimView = TypedDict(
    "ComplianceClaimView",
    {
        "evidence": "NotRequired[Hash | None]",
        "expires": "NotRequired[Timestamp | None]",
        "issued": "Timestamp",
        "issuer": "NotRequired[AccountId | None]",
        "jurisdiction": "NotRequired[ComplianceJurisdiction | None]",
        "live": "bool",
        "revoked": "NotRequired[Timestamp | None]",
        "scope": "ComplianceScope",
        "topic": "ComplianceTopic",
    },
)
"""A claim with the name of its issuer."""

ComplianceClauseView = TypedDict(
    "ComplianceClauseView",
    {
        "account": "NotRequired[AccountId | None]",
        "code": "int",
        "earliest": "NotRequired[Timestamp | None]",
        "name": "str",
        "remedy": "str",
        "requirement": "NotRequired[int | None]",
        "side": "ComplianceSide",
        "text": "str",
    },
)
"""A failed clause with names and numbers."""

ComplianceCondition = TypedDict(
    "ComplianceCondition",
    {
        "issuers": "NotRequired[list[AccountNumber]]",
        "test": "ComplianceTest",
    },
)
"""A test with the issuers whose claims count for it. Issuers are named on the wire (`A` is `AccountId`) and numbered in state."""

ComplianceConditionOfAccountId = TypedDict(
    "ComplianceConditionOfAccountId",
    {
        "issuers": "NotRequired[list[AccountId]]",
        "test": "ComplianceTest",
    },
)
"""A test with the issuers whose claims count for it. Issuers are named on the wire (`A` is `AccountId`) and numbered in state."""

ComplianceCounted = TypedDict(
    "ComplianceCounted",
    {
        "caps": "NotRequired[ComplianceCaps]",
        "topics": "NotRequired[list[ComplianceTopic]]",
    },
)
"""How holders are counted, and how many and how much there may be."""

ComplianceFreeze = TypedDict(
    "ComplianceFreeze",
    {
        "reason": "ComplianceReason",
        "since": "Timestamp",
        "stops": "ComplianceStops",
        "until": "NotRequired[Timestamp | None]",
    },
)
"""A court's or an issuer's hold on what an account has."""

ComplianceFreezeAccount = TypedDict(
    "ComplianceFreezeAccount",
    {
        "account": "AccountId",
        "asset": "NotRequired[AssetId | None]",
        "reason": "ComplianceReason",
        "stops": "ComplianceStops",
        "until": "NotRequired[Timestamp | None]",
    },
)
"""Freezes an account in one asset (its agent or governance) or in all (governance), in place of an earlier freeze there. A pledge made before ranks before it: rules still seize."""

ComplianceGenesis = TypedDict(
    "ComplianceGenesis",
    {
        "identities": "NotRequired[list[ComplianceGenesisIdentity]]",
        "rules": "NotRequired[list[ComplianceGenesisRules]]",
        "trusted_issuers": "NotRequired[list[ComplianceSetTrustedIssuers]]",
    },
)
"""This module's section of the genesis file."""

ComplianceGenesisClaim = TypedDict(
    "ComplianceGenesisClaim",
    {
        "expires": "NotRequired[Timestamp | None]",
        "issuer": "AccountId",
        "jurisdiction": "NotRequired[ComplianceJurisdiction | None]",
        "scope": "ComplianceScope",
        "topic": "ComplianceTopic",
    },
)
"""One claim of the genesis file; it counts from genesis on."""

ComplianceGenesisIdentity = TypedDict(
    "ComplianceGenesisIdentity",
    {
        "accounts": "list[AccountId]",
        "claims": "NotRequired[list[ComplianceGenesisClaim]]",
    },
)
"""One identity of the genesis file."""

ComplianceGenesisRules = TypedDict(
    "ComplianceGenesisRules",
    {
        "agent": "NotRequired[AccountId | None]",
        "asset": "AssetId",
        "counted": "NotRequired[ComplianceCounted | None]",
        "requirements": "NotRequired[list[ComplianceRequirementOfAccountId]]",
        "venues": "NotRequired[list[int] | None]",
    },
)
"""The rules of one asset of the genesis file."""

ComplianceIdentity = TypedDict(
    "ComplianceIdentity",
    {
        "accounts": "list[AccountNumber]",
        "blocked": "NotRequired[ComplianceStateBlock | None]",
        "opened_at": "Timestamp",
        "verdict_epoch": "int",
    },
)
"""One person or firm. Who that is stays outside; claims carry commitments only."""

ComplianceInviteAccount = TypedDict(
    "ComplianceInviteAccount",
    {
        "account": "AccountId",
        "expires": "Timestamp",
    },
)
"""Invites an account into the identity of the signing account, or sets a new end to its invitation."""

ComplianceIssueClaim = TypedDict(
    "ComplianceIssueClaim",
    {
        "evidence": "NotRequired[Hash | None]",
        "expires": "NotRequired[Timestamp | None]",
        "issued": "Timestamp",
        "jurisdiction": "NotRequired[ComplianceJurisdiction | None]",
        "scope": "ComplianceScope",
        "subject": "ComplianceIdentityId",
        "topic": "ComplianceTopic",
    },
)
"""Makes a claim about an identity, or renews one, also a revoked one. The signing account is the issuer; whether its claims count is for assets and governance to say."""

ComplianceJoinIdentity = TypedDict(
    "ComplianceJoinIdentity",
    {
        "identity": "ComplianceIdentityId",
    },
)
"""Joins an identity that invited the signing account. The account belongs to it for ever."""

ComplianceLot = TypedDict(
    "ComplianceLot",
    {
        "amount": "Amount",
        "release": "Timestamp",
    },
)
"""An amount that is locked up."""

ComplianceOperationsBlockBlock = TypedDict(
    "ComplianceOperationsBlockBlock",
    {
        "reason": "ComplianceReason",
        "subject": "ComplianceSubject",
    },
)
"""Bars an identity with all its accounts, or one account, from all movements of all assets. Needs governance. A block in place gets the new reason."""

CompliancePause = TypedDict(
    "CompliancePause",
    {
        "reason": "ComplianceReason",
        "since": "Timestamp",
    },
)
"""A stop of all movements of one asset."""

CompliancePauseAsset = TypedDict(
    "CompliancePauseAsset",
    {
        "asset": "AssetId",
        "reason": "ComplianceReason",
    },
)
"""Stops an asset: holders neither send nor receive it. Rules still seize what was pledged; nobody but a module receives it. Needs the asset's agent or governance."""

ComplianceRecoverIdentity = TypedDict(
    "ComplianceRecoverIdentity",
    {
        "account": "AccountId",
        "expires": "Timestamp",
        "identity": "ComplianceIdentityId",
        "reason": "ComplianceReason",
    },
)
"""Lets an identity go on whose first account's keys are lost. An account outside it is invited; once it has joined, the same operation makes it the first. Needs governance. The ledger's recovery then moves the holdings, asset by asset."""

ComplianceRefreshHolders = TypedDict(
    "ComplianceRefreshHolders",
    {
        "asset": "AssetId",
        "identities": "list[ComplianceIdentityId]",
    },
)
"""Counts holders anew under what their claims say now; anybody may. A holder is counted anew whenever its holding changes; this is for claims that have begun, ended or been revoked since."""

ComplianceRequirement = TypedDict(
    "ComplianceRequirement",
    {
        "receiver": "NotRequired[list[ComplianceCondition]]",
        "sender": "NotRequired[list[ComplianceCondition]]",
    },
)
"""One way in which a transfer is allowed: all conditions hold."""

ComplianceRequirementOfAccountId = TypedDict(
    "ComplianceRequirementOfAccountId",
    {
        "receiver": "NotRequired[list[ComplianceConditionOfAccountId]]",
        "sender": "NotRequired[list[ComplianceConditionOfAccountId]]",
    },
)
"""One way in which a transfer is allowed: all conditions hold."""

ComplianceResumeAsset = TypedDict(
    "ComplianceResumeAsset",
    {
        "asset": "AssetId",
        "reason": "ComplianceReason",
    },
)
"""Ends the pause of an asset. Needs the asset's agent or governance."""

ComplianceRevokeClaim = TypedDict(
    "ComplianceRevokeClaim",
    {
        "jurisdiction": "NotRequired[ComplianceJurisdiction | None]",
        "scope": "ComplianceScope",
        "subject": "ComplianceIdentityId",
        "topic": "ComplianceTopic",
    },
)
"""Revokes a claim that the signing account issued, at once."""

ComplianceRules = TypedDict(
    "ComplianceRules",
    {
        "agent": "NotRequired[AccountNumber | None]",
        "counted": "NotRequired[ComplianceCounted | None]",
        "paused": "NotRequired[CompliancePause | None]",
        "requirements": "list[ComplianceRequirement]",
        "seeks": "int",
        "venues": "NotRequired[list[int] | None]",
        "version": "int",
    },
)
"""What one asset asks of its holders."""

ComplianceSetCaps = TypedDict(
    "ComplianceSetCaps",
    {
        "asset": "AssetId",
        "caps": "ComplianceCaps",
    },
)
"""Sets the caps on the holders of a counted asset, in place of those before. Whoever is beyond a cap keeps what he has and may sell. Needs the asset's agent or governance."""

ComplianceSetRequirements = TypedDict(
    "ComplianceSetRequirements",
    {
        "asset": "AssetId",
        "requirements": "list[ComplianceRequirementOfAccountId]",
    },
)
"""Sets what an asset asks of both sides of every movement, in place of what it asked before. Whoever holds it keeps it. Needs the asset's agent or governance."""

ComplianceSetTrustedIssuers = TypedDict(
    "ComplianceSetTrustedIssuers",
    {
        "asset": "NotRequired[AssetId | None]",
        "issuers": "list[AccountId]",
        "topic": "ComplianceTopic",
    },
)
"""Sets whose claims on a topic count for an asset, or for all assets that have no list of their own. The former needs the asset's agent or governance, the latter governance."""

ComplianceSetVenues = TypedDict(
    "ComplianceSetVenues",
    {
        "asset": "AssetId",
        "venues": "NotRequired[list[int] | None]",
    },
)
"""Sets into which modules holders may put an asset. What lies there stays and can leave. Needs the asset's agent or governance."""

ComplianceStanding = TypedDict(
    "ComplianceStanding",
    {
        "blocked": "NotRequired[ComplianceStateBlock | None]",
        "frozen": "NotRequired[ComplianceFreeze | None]",
        "frozen_assets": "int",
        "identity": "NotRequired[ComplianceIdentityId | None]",
    },
)
"""What is known of an account as a holder."""

ComplianceStateBlock = TypedDict(
    "ComplianceStateBlock",
    {
        "reason": "ComplianceReason",
        "since": "Timestamp",
    },
)
"""A bar on all acts with all assets."""

ComplianceStatisticsView = TypedDict(
    "ComplianceStatisticsView",
    {
        "asset": "AssetId",
        "caps": "ComplianceCaps",
        "holders": "int",
        "holding_max": "Amount",
        "owned": "Amount",
        "supply": "Amount",
        "values": "list[ComplianceValueView]",
    },
)
"""Sums over the holders of a counted asset."""

ComplianceTransferReport = TypedDict(
    "ComplianceTransferReport",
    {
        "allowed": "bool",
        "asset": "AssetId",
        "clauses": "list[ComplianceClauseView]",
        "complete": "bool",
    },
)
"""Whether a transfer would pass, and why not."""

ComplianceUnblock = TypedDict(
    "ComplianceUnblock",
    {
        "reason": "ComplianceReason",
        "subject": "ComplianceSubject",
    },
)
"""Lifts the block of an identity or an account. Needs governance."""

ComplianceUnfreezeAccount = TypedDict(
    "ComplianceUnfreezeAccount",
    {
        "account": "AccountId",
        "asset": "NotRequired[AssetId | None]",
        "reason": "ComplianceReason",
    },
)
"""Lifts a freeze: that in one asset (its agent or governance) or that in all (governance)."""

ComplianceValueView = TypedDict(
    "ComplianceValueView",
    {
        "holders": "int",
        "owned": "Amount",
        "topic": "ComplianceTopic",
        "value": "ComplianceClaimValue",
    },
)
"""Sums over those counted under one value."""

Coverage = TypedDict(
    "Coverage",
    {
        "asset": "AssetId",
        "backing": "Amount",
        "claims": "Amount",
        "ratio": "Ratio",
        "status": "SecuritiesBackingStatus",
    },
)
"""Backing over claims of one asset."""

CoverageLine = TypedDict(
    "CoverageLine",
    {
        "asset": "AssetId",
        "backing": "Amount",
        "claims": "Amount",
        "ratio": "Ratio",
        "status": "SecuritiesBackingStatus",
        "symbol": "str",
    },
)
"""Backing over claims."""

Draft = TypedDict(
    "Draft",
    {
        "account": "AccountId",
        "expected": "NotRequired[list[ChainExpectedEffect]]",
        "max_fee": "NotRequired[Amount | None]",
        "nonce": "NotRequired[int | None]",
        "operations": "list[Operation]",
        "valid_until": "NotRequired[Timestamp | None]",
    },
)
"""A transaction to be; what is left out is filled in."""

DryRun = TypedDict(
    "DryRun",
    {
        "height": "Height",
        "keys": "list[KeyId]",
        "postings": "list[Posting]",
        "receipt": "Receipt",
        "time": "Timestamp",
    },
)
"""What a transaction would do."""

ErrorRow = TypedDict(
    "ErrorRow",
    {
        "code": "int",
        "meaning": "str",
        "module": "str",
        "name": "str",
        "remedy": "NotRequired[str]",
        "sentence": "str",
    },
)
"""One refusal that there can be."""

Event = TypedDict(
    "Event",
    {
        "event": "Any",
        "height": "Height",
        "kind": "str",
        "module": "str",
        "number": "int",
        "receipt": "int | None",
        "transaction": "str | None",
    },
)
"""One event of a block."""

ExposureLine = TypedDict(
    "ExposureLine",
    {
        "amount": "Amount",
        "asset": "AssetId",
    },
)
"""What an account is exposed to."""

FacilityLine = TypedDict(
    "FacilityLine",
    {
        "collateral_value": "Amount",
        "coverage": "Ratio | None",
        "facility": "int",
        "identity": "VaultsIdentityView",
        "stable": "AssetId",
    },
)
"""A facility's identity and collateral over supply."""

Fees = TypedDict(
    "Fees",
    {
        "asset": "AssetId",
        "base_fee": "Amount",
        "base_fee_min": "Amount",
        "decimals": "int",
        "symbol": "str",
        "transfer": "Amount",
        "weight_max": "int",
        "weight_target": "int",
    },
)
"""What an act costs in the next block."""

FrozenModule = TypedDict(
    "FrozenModule",
    {
        "module": "str",
        "since": "Height",
    },
)
"""A module that is restricted after a fault."""

HandlersHistoryHistoryReply = TypedDict(
    "HandlersHistoryHistoryReply",
    {
        "begins": "Height | None",
        "behind": "int",
        "engine": "str",
        "fault": "str | None",
        "height": "Height | None",
        "schema": "int",
    },
)
"""How far the history has come."""

HandlersStakingRoleReply = TypedDict(
    "HandlersStakingRoleReply",
    {
        "role": "StakingRole",
        "terms": "StakingRoleTerms",
    },
)
"""A role with its terms."""

HandlersSubmitMany = TypedDict(
    "HandlersSubmitMany",
    {
        "transactions": "list[str]",
    },
)
"""Many signed transactions, each in hexadecimal digits."""

HandlersSubmitManyReply = TypedDict(
    "HandlersSubmitManyReply",
    {
        "accepted": "int",
        "refused": "int",
        "results": "list[Taken]",
    },
)
"""What became of a batch."""

HeadRecord = TypedDict(
    "HeadRecord",
    {
        "height": "Height",
        "key": "str",
        "proved": "bool",
        "table": "str",
        "value": "str | None",
    },
)
"""A record of the head: newer than any proof."""

HistoryCandle = TypedDict(
    "HistoryCandle",
    {
        "close": "Price",
        "high": "Price",
        "low": "Price",
        "open": "Price",
        "time": "Timestamp",
        "updates": "int",
    },
)
"""The price of a feed in an interval: the price in use as blocks saw it."""

HistoryEventLine = TypedDict(
    "HistoryEventLine",
    {
        "event": "Any",
        "height": "Height",
        "module": "str",
        "number": "int",
        "receipt": "int | None",
        "time": "Timestamp",
        "transaction": "str | None",
    },
)
"""One event with its place."""

HistoryLotHistory = TypedDict(
    "HistoryLotHistory",
    {
        "items": "list[HistoryTakeLine]",
        "lot": "HistoryLotLine",
        "next": "str | None",
    },
)
"""A lot with its takes."""

HistoryLotLine = TypedDict(
    "HistoryLotLine",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "closed": "Height | None",
        "closed_at": "Timestamp | None",
        "floor": "Price",
        "lot": "int",
        "module": "str",
        "opened": "Height",
        "opened_at": "Timestamp",
        "paid": "Amount",
        "raise_max": "Amount | None",
        "record": "int",
        "remainder": "Amount | None",
        "start": "Price | None",
        "style": "str",
        "taken": "Amount",
        "takes": "int",
        "want": "AssetId",
    },
)
"""A lot, open or over."""

HistoryStanding = TypedDict(
    "HistoryStanding",
    {
        "asset": "AssetId",
        "decimals": "int",
        "free": "Amount",
        "frozen": "Amount",
        "held": "Amount",
        "pledged": "Amount",
        "symbol": "str",
        "total": "Amount",
    },
)
"""What an account has of an asset."""

HistoryStatement = TypedDict(
    "HistoryStatement",
    {
        "account": "AccountId",
        "closing": "list[HistoryStanding]",
        "items": "list[HistoryStatementLine]",
        "next": "str | None",
        "opening": "list[HistoryStanding]",
    },
)
"""A statement: opening balances plus its lines, over all pages, are its closing balances."""

HistoryStatementLine = TypedDict(
    "HistoryStatementLine",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "balance": "Amount",
        "decimals": "int",
        "height": "Height",
        "item": "str | None",
        "leg": "int",
        "number": "int",
        "other": "str | None",
        "part": "str",
        "purpose": "str",
        "side": "str",
        "symbol": "str",
        "time": "Timestamp",
        "transaction": "str | None",
    },
)
"""One line: a posting to one part of a holding."""

HistoryTakeLine = TypedDict(
    "HistoryTakeLine",
    {
        "height": "Height",
        "number": "int",
        "payment": "Amount",
        "price": "Price | None",
        "taken": "Amount",
        "taker": "str | None",
        "time": "Timestamp",
        "transaction": "str | None",
    },
)
"""A part of a lot that somebody bought."""

HistoryTransactionLine = TypedDict(
    "HistoryTransactionLine",
    {
        "code": "int | None",
        "fee": "Amount",
        "height": "Height",
        "index": "int",
        "name": "str | None",
        "operations": "Any",
        "outcome": "str",
        "sentence": "str | None",
        "time": "Timestamp",
        "transaction": "str",
        "weight": "int",
    },
)
"""A transaction with what became of it."""

HistoryVaultHistory = TypedDict(
    "HistoryVaultHistory",
    {
        "facility": "int",
        "items": "list[HistoryVaultLine]",
        "next": "str | None",
        "opened": "Height",
        "owner": "str | None",
        "vault": "int",
    },
)
"""A vault with what happened to it."""

HistoryVaultLine = TypedDict(
    "HistoryVaultLine",
    {
        "asset": "AssetId | None",
        "collateral": "Amount | None",
        "debt": "Amount | None",
        "debt_left": "Amount | None",
        "event": "Any",
        "health": "Ratio | None",
        "health_after": "Ratio | None",
        "height": "Height",
        "kind": "str",
        "lot": "int | None",
        "number": "int",
        "time": "Timestamp",
        "transaction": "str | None",
    },
)
"""One thing that happened to a vault."""

Hold = TypedDict(
    "Hold",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "beneficiary": "AccountNumber",
        "expires": "Timestamp",
        "id": "LedgerHoldId",
        "item": "NotRequired[ItemId | None]",
        "owner": "AccountNumber",
        "purpose": "LedgerBeneficiary",
    },
)
"""A hold with its number."""

HolderLine = TypedDict(
    "HolderLine",
    {
        "identity": "ComplianceIdentityId",
        "total": "Amount",
    },
)
"""One of the largest holders of a counted asset."""

Key = TypedDict(
    "Key",
    {
        "expires": "int | None",
        "name": "str",
        "requests_per_second": "int | None",
        "role": "KeysRole",
    },
)
"""An API key without its secret."""

LedgerAffirmInstruction = TypedDict(
    "LedgerAffirmInstruction",
    {
        "instruction": "LedgerInstructionId",
        "legs": "list[LedgerNewLeg]",
        "reserve": "LedgerReserve",
    },
)
"""Affirms an instruction, in the signer's own words: the legs it delivers or receives, in order."""

LedgerAsset = TypedDict(
    "LedgerAsset",
    {
        "decimals": "int",
        "itemised": "bool",
        "kind": "LedgerAssetKind",
        "symbol": "str",
    },
)
"""What can be held. Symbol, decimals and kind never change."""

LedgerAssetView = TypedDict(
    "LedgerAssetView",
    {
        "decimals": "int",
        "id": "AssetId",
        "itemised": "bool",
        "kind": "LedgerAssetKind",
        "supply": "Amount",
        "symbol": "str",
    },
)
"""An asset with its supply."""

LedgerBeneficiary = TypedDict(
    "LedgerBeneficiary",
    {
        "id": "int",
        "module": "int",
    },
)
"""For what record of what module something is pledged or held: vault 17 of module 10."""

LedgerBurn = TypedDict(
    "LedgerBurn",
    {
        "amount": "Amount",
        "asset": "AssetId",
    },
)
"""Burns a free amount of an asset of the signer, on the signer's own account."""

LedgerBurnItem = TypedDict(
    "LedgerBurnItem",
    {
        "asset": "AssetId",
        "item": "ItemId",
    },
)
"""Burns one thing of an itemised asset of the signer, on the signer's own account."""

LedgerBuyIn = TypedDict(
    "LedgerBuyIn",
    {
        "after_days": "int",
        "asset": "AssetId",
        "security": "Amount",
    },
)
"""What a buyer may claim from a side that keeps failing."""

LedgerCancelInstruction = TypedDict(
    "LedgerCancelInstruction",
    {
        "instruction": "LedgerInstructionId",
    },
)
"""Withdraws an instruction. Until all parties have affirmed, a party or the proposer withdraws it alone; afterwards it ends when every party has asked for it."""

LedgerClaimBuyIn = TypedDict(
    "LedgerClaimBuyIn",
    {
        "instruction": "LedgerInstructionId",
    },
)
"""Takes, as a receiver from the side that keeps failing, that side's security in place of its delivery. The instruction ends; several receivers share alike."""

LedgerConfirmDelivery = TypedDict(
    "LedgerConfirmDelivery",
    {
        "instruction": "LedgerInstructionId",
        "leg": "int",
        "receipt": "Hash",
        "reference": "Hash",
    },
)
"""Confirms, as the agent named by a leg, that what lies outside this ledger was delivered."""

LedgerCorrect = TypedDict(
    "LedgerCorrect",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "original": "LedgerPostingRef",
        "reason": "str",
        "to": "AccountId",
    },
)
"""Reverses a posting that the signer received: gives it back, naming the original and the reason. The original stays as it is; each can be reversed once."""

LedgerCountHolders = TypedDict(
    "LedgerCountHolders",
    {
        "asset": "AssetId",
        "topics": "list[ComplianceTopic]",
    },
)
"""Counts the holders of an asset from its first unit on, by the values of claims on some topics. From then on it is held by identities only. Needs the asset's agent or governance, and that none of the asset exists."""

LedgerCreateAsset = TypedDict(
    "LedgerCreateAsset",
    {
        "decimals": "int",
        "itemised": "bool",
        "symbol": "str",
    },
)
"""Lists an asset that the signer mints and burns."""

LedgerFail = TypedDict(
    "LedgerFail",
    {
        "attempts": "int",
        "by": "NotRequired[AccountNumber | None]",
        "code": "int",
        "since": "Timestamp",
    },
)
"""Why the last attempt failed."""

LedgerForcedTransfer = TypedDict(
    "LedgerForcedTransfer",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "from": "AccountId",
        "item": "NotRequired[ItemId | None]",
        "part": "LedgerPart",
        "reason": "ComplianceReason",
        "to": "AccountId",
    },
)
"""Moves a holder's free or frozen amount to another by a court's or the issuer's order. Needs the asset's agent or governance. The sender is not asked, the receiver is asked everything; lots go along. What is held or pledged is not reached: an earlier pledge ranks before."""

LedgerFreezePart = TypedDict(
    "LedgerFreezePart",
    {
        "account": "AccountId",
        "amount": "Amount",
        "asset": "AssetId",
        "item": "NotRequired[ItemId | None]",
        "reason": "ComplianceReason",
    },
)
"""Immobilises a free amount of a holder, on its account, by a court's or the issuer's order. Needs the asset's agent or governance. What is held or pledged is not reached: an earlier pledge ranks before."""

LedgerGenesis = TypedDict(
    "LedgerGenesis",
    {
        "assets": "NotRequired[list[LedgerGenesisAsset]]",
        "balances": "NotRequired[list[LedgerGenesisBalance]]",
    },
)
"""Assets and first balances."""

LedgerGenesisAsset = TypedDict(
    "LedgerGenesisAsset",
    {
        "decimals": "int",
        "issuer": "NotRequired[AccountId | None]",
        "itemised": "NotRequired[bool]",
        "module": "NotRequired[int | None]",
        "symbol": "str",
    },
)
"""An asset that exists from the start; numbers are given in the order of the file, from zero."""

LedgerGenesisBalance = TypedDict(
    "LedgerGenesisBalance",
    {
        "account": "AccountId",
        "amount": "Amount",
        "asset": "AssetId",
    },
)
"""An amount that is minted to an account at the start."""

LedgerGiveHold = TypedDict(
    "LedgerGiveHold",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "beneficiary": "AccountId",
        "expires": "Timestamp",
    },
)
"""Sets a free amount of the signer aside for another account."""

LedgerHold = TypedDict(
    "LedgerHold",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "beneficiary": "AccountNumber",
        "expires": "Timestamp",
        "item": "NotRequired[ItemId | None]",
        "owner": "AccountNumber",
        "purpose": "LedgerBeneficiary",
    },
)
"""An amount set aside on its owner's account: settled to someone, released, or released by itself when it expires."""

LedgerHoldingView = TypedDict(
    "LedgerHoldingView",
    {
        "asset": "AssetId",
        "decimals": "int",
        "free": "Amount",
        "frozen": "Amount",
        "held": "Amount",
        "pledged": "Amount",
        "symbol": "str",
    },
)
"""One holding of an account."""

LedgerInstruction = TypedDict(
    "LedgerInstruction",
    {
        "at": "LedgerSettleAt",
        "buy_in": "NotRequired[LedgerBuyIn | None]",
        "expires": "Timestamp",
        "legs": "list[LedgerSettlementLeg]",
        "next": "Timestamp",
        "partials": "bool",
        "parties": "list[LedgerParty]",
        "proposer": "AccountNumber",
        "status": "LedgerStatus",
    },
)
"""Deliveries that are made together or not at all."""

LedgerInstructionView = TypedDict(
    "LedgerInstructionView",
    {
        "at": "LedgerSettleAt",
        "buy_in": "NotRequired[LedgerBuyIn | None]",
        "expires": "Timestamp",
        "id": "LedgerInstructionId",
        "legs": "list[LedgerSettlementLeg]",
        "next": "Timestamp",
        "partials": "bool",
        "parties": "list[LedgerParty]",
        "proposer": "AccountNumber",
        "status": "LedgerStatus",
    },
)
"""A settlement instruction with its number."""

LedgerLeg = TypedDict(
    "LedgerLeg",
    {
        "account": "AccountNumber",
        "amount": "Amount",
        "asset": "AssetId",
        "item": "NotRequired[ItemId | None]",
        "part": "LedgerPart",
        "side": "LedgerSide",
    },
)
"""One line of a journal."""

LedgerMint = TypedDict(
    "LedgerMint",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "to": "AccountId",
    },
)
"""Mints an asset of the signer to an account."""

LedgerMintItem = TypedDict(
    "LedgerMintItem",
    {
        "asset": "AssetId",
        "item": "ItemId",
        "to": "AccountId",
    },
)
"""Mints one thing of an itemised asset of the signer to an account. A number is given once, for ever: a thing that was burned does not come back as another."""

LedgerMintLocked = TypedDict(
    "LedgerMintLocked",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "release": "Timestamp",
        "to": "AccountId",
    },
)
"""Mints an asset of the signer to a holder who may not send it before its release."""

LedgerMoveWithin = TypedDict(
    "LedgerMoveWithin",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "from": "LedgerOwnerName",
        "holder": "AccountId",
        "to": "LedgerOwnerName",
    },
)
"""Moves an amount from one beneficial owner to another inside an omnibus holding: no posting, only the register. An owner with an account moves its own; for the others the holder of record does."""

LedgerNewLeg = TypedDict(
    "LedgerNewLeg",
    {
        "delivery": "LedgerNewDelivery",
        "from": "AccountId",
        "to": "AccountId",
    },
)
"""A delivery as it is written in an operation."""

LedgerParty = TypedDict(
    "LedgerParty",
    {
        "account": "AccountNumber",
        "affirmed": "NotRequired[LedgerReserve | None]",
        "cancels": "bool",
        "security": "NotRequired[LedgerHoldId | None]",
    },
)
"""One party and its word."""

LedgerPayment = TypedDict(
    "LedgerPayment",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "to": "AccountId",
    },
)
"""One payment of a batch."""

LedgerPostingRef = TypedDict(
    "LedgerPostingRef",
    {
        "event": "int",
        "height": "Height",
        "transaction": "int",
    },
)
"""Where a posting stands: block, transaction in the block, event in its receipt."""

LedgerProposeInstruction = TypedDict(
    "LedgerProposeInstruction",
    {
        "affirm": "NotRequired[LedgerReserve | None]",
        "at": "LedgerSettleAt",
        "buy_in": "NotRequired[LedgerBuyIn | None]",
        "expires": "Timestamp",
        "legs": "list[LedgerNewLeg]",
        "partials": "NotRequired[bool]",
    },
)
"""Writes a settlement instruction: deliveries between parties that are made together or not at all. The work of settling it is paid with it."""

LedgerRecordOwner = TypedDict(
    "LedgerRecordOwner",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "owner": "LedgerOwnerName",
    },
)
"""Records, as holder of record, that a free amount of the signer belongs to a beneficial owner. From then on it is the owner's: the signer can no longer give it away."""

LedgerRecoverHoldings = TypedDict(
    "LedgerRecoverHoldings",
    {
        "asset": "AssetId",
        "from": "AccountId",
        "item": "NotRequired[ItemId | None]",
        "reason": "ComplianceReason",
        "to": "AccountId",
    },
)
"""Moves what an account whose keys are lost has of an asset, free and frozen alike, to another account of the same identity. Needs the asset's agent or governance. What is held or pledged stays with the records it serves until they let go of it; then the same operation moves it."""

LedgerReleaseHold = TypedDict(
    "LedgerReleaseHold",
    {
        "hold": "LedgerHoldId",
    },
)
"""Gives what is left of a hold back to its owner; the signer is its beneficiary."""

LedgerReleaseOwner = TypedDict(
    "LedgerReleaseOwner",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "reference": "Hash",
    },
)
"""Takes an amount of an owner without account out of the register, back to the free balance of the signer, the holder of record, who pays that owner outside."""

LedgerSettleHold = TypedDict(
    "LedgerSettleHold",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "hold": "LedgerHoldId",
    },
)
"""Takes an amount of a hold to the signer, its beneficiary."""

LedgerSettlementLeg = TypedDict(
    "LedgerSettlementLeg",
    {
        "delivery": "LedgerDelivery",
        "from": "AccountNumber",
        "hold": "NotRequired[LedgerHoldId | None]",
        "receipt": "NotRequired[Hash | None]",
        "settled": "Amount",
        "to": "AccountNumber",
    },
)
"""One leg: a delivery from one party to another."""

LedgerSubHoldingView = TypedDict(
    "LedgerSubHoldingView",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "owner": "LedgerSubOwner",
    },
)
"""What a beneficial owner has."""

LedgerSupplyChange = TypedDict(
    "LedgerSupplyChange",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "by": "LedgerAssetKind",
        "side": "LedgerSide",
    },
)
"""New units, or units that cease to exist. Only the owner of the asset's kind may."""

LedgerTransfer = TypedDict(
    "LedgerTransfer",
    {
        "asset": "AssetId",
        "quantity": "AccountsQuantity",
        "to": "AccountId",
    },
)
"""Gives a free amount of the signer to another account."""

LedgerTransferItem = TypedDict(
    "LedgerTransferItem",
    {
        "asset": "AssetId",
        "item": "ItemId",
        "to": "AccountId",
    },
)
"""Gives one thing of the signer to another account."""

LedgerTransferLocked = TypedDict(
    "LedgerTransferLocked",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "release": "Timestamp",
        "to": "AccountId",
    },
)
"""Gives a free amount of the signer, who is the asset's agent, to a holder who may not send it before its release."""

LedgerTransferMany = TypedDict(
    "LedgerTransferMany",
    {
        "payments": "list[LedgerPayment]",
    },
)
"""Gives free amounts of the signer to many accounts, all or none."""

LedgerUnfreezePart = TypedDict(
    "LedgerUnfreezePart",
    {
        "account": "AccountId",
        "amount": "Amount",
        "asset": "AssetId",
        "item": "NotRequired[ItemId | None]",
        "reason": "ComplianceReason",
    },
)
"""Gives an immobilised amount back to the holder's disposal. Needs the asset's agent or governance."""

LedgerWithdrawHolding = TypedDict(
    "LedgerWithdrawHolding",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "holder": "AccountId",
    },
)
"""Takes an amount that belongs to the signer out of an omnibus holding, to its own account."""

Live = TypedDict(
    "Live",
    {
        "live": "bool",
    },
)
"""The process answers."""

Load = TypedDict(
    "Load",
    {
        "rate_limited": "int",
        "reads": "int",
        "reads_max": "int",
        "streams": "int",
        "streams_max": "int",
    },
)
"""How busy the server is."""

MmrProof = TypedDict(
    "MmrProof",
    {
        "count": "int",
        "index": "int",
        "path": "list[Hash]",
    },
)
"""Proof that a leaf stands at an index of the list when it had `count` leaves."""

Network = TypedDict(
    "Network",
    {
        "consensus": "str",
        "frozen_modules": "list[FrozenModule]",
        "genesis": "Hash",
        "height": "Height",
        "network": "str",
        "params": "ChainParams",
        "protocol_version": "int",
        "time": "Timestamp",
    },
)
"""The network, as the genesis file fixed it."""

NodeLogStatus = TypedDict(
    "NodeLogStatus",
    {
        "first_height": "int",
        "next_height": "int",
    },
)
"""The block log."""

NodeMempoolStatus = TypedDict(
    "NodeMempoolStatus",
    {
        "bytes": "int",
        "in_flight": "int",
        "max": "int",
        "waiting": "int",
    },
)
"""What waits."""

NodeSnapshotPart = TypedDict(
    "NodeSnapshotPart",
    {
        "bytes": "VerifyHex",
        "height": "Height",
        "parts": "int",
    },
)
"""A part of a snapshot's file."""

NodeStatus = TypedDict(
    "NodeStatus",
    {
        "certified": "Height",
        "frozen_modules": "list[list[Any]]",
        "genesis": "Hash",
        "head": "ChainHead",
        "log": "NodeLogStatus",
        "mempool": "NodeMempoolStatus",
        "network": "str",
        "oldest_checkpoint": "Height",
        "ordered": "Height",
        "published": "Height | None",
        "records": "int",
        "root": "StoreRoot",
        "snapshot_failure": "str | None",
        "snapshots": "list[int]",
        "stopped": "NodeStopReason | None",
    },
)
"""What a node says of itself."""

One = TypedDict(
    "One",
    {
        "signatures": "NotRequired[list[ChainKeySignature]]",
        "transaction": "NotRequired[str | None]",
        "unsigned": "NotRequired[str | None]",
    },
)
"""A transaction in JSON: signed bytes, or unsigned bytes with signatures beside them."""

OracleAttachNav = TypedDict(
    "OracleAttachNav",
    {
        "evidence": "Hash",
        "feed": "OracleFeedId",
        "observed_at": "Timestamp",
        "policy_version": "int",
    },
)
"""Attaches evidence to the net asset value the signer last reported: whoever publishes the value answers for its calculation. The documents stay outside; their hash is kept."""

OracleBandView = TypedDict(
    "OracleBandView",
    {
        "from": "Timestamp",
        "high": "Price",
        "low": "Price",
    },
)
"""How low and how high the believed price of a bonded feed was in one step of time."""

OracleCellView = TypedDict(
    "OracleCellView",
    {
        "confidence": "Price",
        "confirmed": "Price",
        "ema": "Price",
        "ema_confidence": "Price",
        "jump_since": "Timestamp | None",
        "observed_at": "Timestamp",
        "price": "Price",
        "publishers": "int",
        "updated_at": "Timestamp",
        "variance": "OracleVariance",
    },
)
"""A cell as people see it."""

OracleCorporateAction = TypedDict(
    "OracleCorporateAction",
    {
        "activates_at": "Timestamp",
        "denominator": "int",
        "numerator": "int",
    },
)
"""A change of units: from `activates_at` on, one old unit is worth `numerator / denominator` of its old price (1 / 2 for a split of one share into two)."""

OracleCreateFeed = TypedDict(
    "OracleCreateFeed",
    {
        "base": "OracleDimension",
        "decimals": "int",
        "params": "OracleFeedParams",
        "quote": "OracleDimension",
        "source": "OracleSource",
    },
)
"""Creates a feed. Its number is the next; the first that prices an asset in the numeraire becomes that asset's default."""

OracleEmitter = TypedDict(
    "OracleEmitter",
    {
        "address": "Hash",
        "chain": "int",
    },
)
"""Who sent a message on which network."""

OracleFeedParams = TypedDict(
    "OracleFeedParams",
    {
        "band_max": "NotRequired[Bps]",
        "band_sigmas": "NotRequired[Bps]",
        "bond_min": "NotRequired[Amount]",
        "calendar": "NotRequired[OracleCalendar]",
        "ema_ms": "NotRequired[int]",
        "jump_bound": "NotRequired[Bps]",
        "jump_delay_ms": "NotRequired[int]",
        "jump_quorum": "NotRequired[int]",
        "max_age_ms": "NotRequired[int]",
        "max_confidence": "NotRequired[Bps]",
        "price_max": "NotRequired[Price]",
        "price_min": "NotRequired[Price]",
        "quorum": "NotRequired[int]",
        "twap_step_ms": "NotRequired[int]",
        "variance_ms": "NotRequired[int]",
    },
)
"""The rules of one feed."""

OracleFeedView = TypedDict(
    "OracleFeedView",
    {
        "base": "OracleDimension",
        "corporate_action": "OracleCorporateAction | None",
        "decimals": "int",
        "feed": "OracleFeedId",
        "growth_cap": "OracleGrowthCap | None",
        "params": "OracleFeedParams",
        "quote": "OracleDimension",
        "source": "OracleSource",
        "trading": "OracleTrading",
    },
)
"""A feed as people see it."""

OracleGenesis = TypedDict(
    "OracleGenesis",
    {
        "feeds": "NotRequired[list[OracleGenesisFeed]]",
        "guardian_sets": "NotRequired[list[OracleSetGuardianSet]]",
        "params": "NotRequired[OracleParams]",
    },
)
"""Rules and feeds that exist from the start; feeds get their numbers from zero in the order given."""

OracleGenesisFeed = TypedDict(
    "OracleGenesisFeed",
    {
        "base": "OracleDimension",
        "decimals": "NotRequired[int]",
        "growth_cap": "NotRequired[OracleGrowthCap | None]",
        "params": "NotRequired[OracleFeedParams]",
        "publishers": "NotRequired[list[OracleGenesisPublisher]]",
        "quote": "OracleDimension",
        "source": "NotRequired[OracleSource]",
    },
)
"""A feed that exists from the start."""

OracleGenesisPublisher = TypedDict(
    "OracleGenesisPublisher",
    {
        "account": "AccountId",
        "pyth": "NotRequired[Hash | None]",
        "weight": "int",
    },
)
"""A publisher of a feed from the start."""

OracleGrowthCap = TypedDict(
    "OracleGrowthCap",
    {
        "at": "Timestamp",
        "growth_per_year": "Bps",
        "ratio": "Price",
    },
)
"""The largest price admitted: `ratio` at `at`, growing from there. Ratio and time are one record and are set together, because a ratio without its time is another cap."""

OracleGuardianSet = TypedDict(
    "OracleGuardianSet",
    {
        "expires": "NotRequired[Timestamp | None]",
        "guardians": "list[EthereumAddress]",
    },
)
"""Who signs for the other networks, by place."""

OracleLeg = TypedDict(
    "OracleLeg",
    {
        "feed": "OracleFeedId",
        "inverse": "NotRequired[bool]",
    },
)
"""One factor of a composed feed."""

OracleLegView = TypedDict(
    "OracleLegView",
    {
        "feed": "OracleFeedId",
        "inverse": "bool",
        "price": "OracleQuote | None",
    },
)
"""One factor of a composed price."""

OracleNavView = TypedDict(
    "OracleNavView",
    {
        "administrator": "AccountId | None",
        "evidence": "Hash",
        "observed_at": "Timestamp",
        "policy_version": "int",
        "price": "Price",
    },
)
"""The evidence behind a net asset value."""

OracleObserved = TypedDict(
    "OracleObserved",
    {
        "ask": "OracleSide | None",
        "bid": "OracleSide | None",
        "confidence": "Price",
        "observed_at": "Timestamp",
        "price": "Price",
        "received_at": "Timestamp",
    },
)
"""What a publisher saw."""

OracleOffence = TypedDict(
    "OracleOffence",
    {
        "at": "Timestamp",
        "feed": "OracleFeedId",
        "kind": "OracleOffenceKind",
        "observed_at": "Timestamp",
        "slashes": "list[StakingSlashId]",
    },
)
"""A proven offence."""

OracleOffenceView = TypedDict(
    "OracleOffenceView",
    {
        "at": "Timestamp",
        "evidence": "Hash",
        "feed": "OracleFeedId",
        "kind": "OracleOffenceKind",
        "number": "AccountNumber",
        "observed_at": "Timestamp",
        "publisher": "AccountId | None",
        "slashes": "list[StakingSlashId]",
    },
)
"""A proven offence."""

OracleOperationsReportReport = TypedDict(
    "OracleOperationsReportReport",
    {
        "ask": "NotRequired[OracleSide | None]",
        "bid": "NotRequired[OracleSide | None]",
        "confidence": "Price",
        "feed": "OracleFeedId",
        "observed_at": "Timestamp",
        "price": "Price",
    },
)
"""Says what a publisher saw; counts from this block's aggregation on."""

OracleParams = TypedDict(
    "OracleParams",
    {
        "halt_gap_ms": "NotRequired[int]",
        "matrix": "NotRequired[OracleMatrix]",
        "pyth": "NotRequired[OracleEmitter | None]",
        "slashing": "NotRequired[OracleSlashing]",
    },
)
"""The rules of the whole module."""

OraclePermission = TypedDict(
    "OraclePermission",
    {
        "action": "OracleAction",
        "classes": "list[OraclePriceClass]",
    },
)
"""One row of the matrix, as people write it."""

OraclePriceView = TypedDict(
    "OraclePriceView",
    {
        "cell": "OracleCellView | None",
        "feed": "OracleFeedView",
        "legs": "list[OracleLegView]",
        "nav": "OracleNavView | None",
        "permits": "list[OracleAction]",
        "price": "OracleQuote | None",
        "reports": "list[OracleReportView]",
    },
)
"""A price with everything it stands on."""

OraclePublisherView = TypedDict(
    "OraclePublisherView",
    {
        "bonded": "Amount",
        "kind": "OraclePublisherKind",
        "publisher": "AccountId | None",
        "report": "OracleObserved | None",
        "statement_keys": "list[OracleReportKey]",
        "suspect": "OracleSuspectView | None",
        "weight": "int",
    },
)
"""A publisher of a feed with what it answers with."""

OracleQuote = TypedDict(
    "OracleQuote",
    {
        "age_ms": "int",
        "class": "OraclePriceClass",
        "high": "Price",
        "low": "Price",
        "mid": "Price",
    },
)
"""A price as of now, in 1e-18 of the quote dimension per whole unit of the base."""

OracleRelayStatements = TypedDict(
    "OracleRelayStatements",
    {
        "statements": "list[OracleSignedStatement]",
    },
)
"""Brings reports that their publishers signed outside transactions; all are taken or none. Anybody may."""

OracleRemovePublisher = TypedDict(
    "OracleRemovePublisher",
    {
        "feed": "OracleFeedId",
        "publisher": "AccountId",
    },
)
"""Takes an account the right to report a feed; its last report counts no more."""

OracleReportEvidence = TypedDict(
    "OracleReportEvidence",
    {
        "proof": "OracleProof",
    },
)
"""Brings the proof of an offence; the publisher's bonds that stand for the feed are slashed. Anybody may bring it, once. Reports made here by transactions are judged without it."""

OracleReportKey = TypedDict(
    "OracleReportKey",
    {
        "from": "Timestamp",
        "key": "PublicKey",
        "until": "Timestamp | None",
    },
)
"""A key that signs statements, and when it did."""

OracleReportMany = TypedDict(
    "OracleReportMany",
    {
        "reports": "list[OracleOperationsReportReport]",
    },
)
"""Reports several feeds at once; all are taken or none."""

OracleReportView = TypedDict(
    "OracleReportView",
    {
        "publisher": "AccountId | None",
        "report": "OracleObserved | None",
        "weight": "int",
    },
)
"""A publisher with its last report."""

OracleSession = TypedDict(
    "OracleSession",
    {
        "closes_minute": "int",
        "opens_minute": "int",
    },
)
"""One trading session, in minutes since Monday 00:00 UTC; the end is outside."""

OracleSetAssetFeed = TypedDict(
    "OracleSetAssetFeed",
    {
        "asset": "AssetId",
        "feed": "OracleFeedId",
    },
)
"""Sets the feed that prices an asset by default."""

OracleSetFeedParams = TypedDict(
    "OracleSetFeedParams",
    {
        "feed": "OracleFeedId",
        "params": "OracleFeedParams",
    },
)
"""Sets the rules of a feed, all together."""

OracleSetGrowthCap = TypedDict(
    "OracleSetGrowthCap",
    {
        "cap": "NotRequired[OracleGrowthCap | None]",
        "feed": "OracleFeedId",
    },
)
"""Sets or lifts the growth cap of a feed: ratio and time together."""

OracleSetGuardianSet = TypedDict(
    "OracleSetGuardianSet",
    {
        "number": "int",
        "set": "OracleGuardianSet",
    },
)
"""Sets who signs Wormhole's messages under a number, and until when that counts."""

OracleSetMarketState = TypedDict(
    "OracleSetMarketState",
    {
        "action": "NotRequired[OracleCorporateAction | None]",
        "feed": "OracleFeedId",
        "trading": "OracleTrading",
    },
)
"""Opens, closes or halts a market, and announces or takes back a corporate action."""

OracleSetMatrix = TypedDict(
    "OracleSetMatrix",
    {
        "rows": "list[OraclePermission]",
    },
)
"""Sets which price permits what, for the actions named; the others keep their permissions."""

OracleSetPublisher = TypedDict(
    "OracleSetPublisher",
    {
        "feed": "OracleFeedId",
        "publisher": "AccountId",
        "weight": "int",
    },
)
"""Lets an account report a feed, or changes the weight of its votes."""

OracleSetPythEmitter = TypedDict(
    "OracleSetPythEmitter",
    {
        "emitter": "NotRequired[OracleEmitter | None]",
    },
)
"""Sets whose messages carry Pyth's prices; `None` takes no such updates."""

OracleSetPythPublisher = TypedDict(
    "OracleSetPythPublisher",
    {
        "feed": "OracleFeedId",
        "price_id": "Hash",
        "publisher": "AccountId",
        "weight": "int",
    },
)
"""Lets Pyth's price of that name count as the report of an account, which then cannot report the feed itself: what comes in is what the guardians signed, whoever brings it."""

OracleSetReportKey = TypedDict(
    "OracleSetReportKey",
    {
        "key": "NotRequired[PublicKey | None]",
    },
)
"""Names the key that signs the signer's reports outside transactions from now on, or none. What a former key signed for its time still binds."""

OracleSetSlashing = TypedDict(
    "OracleSetSlashing",
    {
        "rules": "OracleSlashing",
    },
)
"""Sets what publishers answer for, all rules together."""

OracleSide = TypedDict(
    "OracleSide",
    {
        "price": "Price",
        "size": "Amount",
    },
)
"""A quoted price with the size it holds for."""

OracleSignedStatement = TypedDict(
    "OracleSignedStatement",
    {
        "key": "PublicKey",
        "signature": "Signature",
        "statement": "OracleStatement",
    },
)
"""A statement with the signature of one of the publisher's report keys."""

OracleSlashing = TypedDict(
    "OracleSlashing",
    {
        "deviation": "NotRequired[Bps]",
        "deviation_bound": "NotRequired[Bps]",
        "equivocation": "NotRequired[Bps]",
        "waterfall": "NotRequired[int]",
        "window_ms": "NotRequired[int]",
    },
)
"""What publishers answer for."""

OracleStatement = TypedDict(
    "OracleStatement",
    {
        "publisher": "AccountId",
        "report": "OracleOperationsReportReport",
    },
)
"""A report and who makes it."""

OracleSubmitPythUpdate = TypedDict(
    "OracleSubmitPythUpdate",
    {
        "update": "str",
    },
)
"""Brings a price update of Pyth as its guardians signed it. Anybody may. Every price in it that a feed takes and that is newer than the last counts as a report of the feed's Pyth publisher."""

OracleSuspectView = TypedDict(
    "OracleSuspectView",
    {
        "judge_at": "Timestamp",
        "observed_at": "Timestamp",
        "price": "Price",
    },
)
"""A report that waits for its judgement."""

PageOfReceiptLine = TypedDict(
    "PageOfReceiptLine",
    {
        "items": "list[ReceiptLine]",
        "next": "str | None",
    },
)
"""One page of a list."""

Posting = TypedDict(
    "Posting",
    {
        "legs": "list[LedgerLeg]",
        "purpose": "LedgerPurpose",
        "supply": "LedgerSupplyChange | None",
    },
)
"""One journal that would be posted."""

Preview = TypedDict(
    "Preview",
    {
        "payment": "Amount",
        "taken": "Amount",
    },
)
"""What a take would move."""

Problem = TypedDict(
    "Problem",
    {
        "code": "int",
        "detail": "str",
        "name": "str",
        "remedy": "str",
        "retry_at": "NotRequired[Timestamp | None]",
        "status": "int",
        "title": "str",
        "type": "str",
    },
)
"""A refusal. `code` and `name` are stable: those of a module where a rule refused, of the 40,000s where the node did, of the 41,000s where the API did."""

Proposal = TypedDict(
    "Proposal",
    {
        "block": "Hash",
        "parent_view": "int",
    },
)
"""What is voted on."""

RawBlock = TypedDict(
    "RawBlock",
    {
        "block": "str",
        "height": "Height",
        "result": "str | None",
    },
)
"""A block as bytes."""

Ready = TypedDict(
    "Ready",
    {
        "height": "Height",
        "ready": "bool",
    },
)
"""The node makes blocks."""

Receipt = TypedDict(
    "Receipt",
    {
        "code": "NotRequired[int | None]",
        "events": "list[ReceiptEvent]",
        "fee": "Amount",
        "name": "NotRequired[str | None]",
        "operation": "NotRequired[int | None]",
        "outcome": "str",
        "sentence": "NotRequired[str | None]",
        "weight": "int",
    },
)
"""What became of a transaction."""

ReceiptEvent = TypedDict(
    "ReceiptEvent",
    {
        "event": "Any",
        "module": "str",
    },
)
"""One event of a receipt."""

ReceiptLine = TypedDict(
    "ReceiptLine",
    {
        "code": "NotRequired[int | None]",
        "events": "int",
        "fee": "Amount",
        "index": "int",
        "name": "NotRequired[str | None]",
        "outcome": "str",
        "transaction": "str",
        "weight": "int",
    },
)
"""One receipt in short."""

Rendered = TypedDict(
    "Rendered",
    {
        "bytes": "str",
        "fee": "Amount",
        "hash": "str",
        "no_wallet": "str | None",
        "transaction": "Transaction",
        "typed_data": "Any",
        "wallet_digest": "str | None",
        "wallet_text": "str | None",
        "weight": "int",
    },
)
"""Everything one needs to sign."""

Round = TypedDict(
    "Round",
    {
        "epoch": "int",
        "view": "int",
    },
)
"""A place in the order: views are counted anew in each epoch."""

Scheduled = TypedDict(
    "Scheduled",
    {
        "hash": "Hash",
        "not_after": "Timestamp",
        "not_before": "Timestamp",
        "number": "int",
        "operations": "list[int]",
        "proposer": "AccountNumber",
        "version": "int",
        "weight": "int",
    },
)
"""A bundle that governance has scheduled."""

Seal = TypedDict(
    "Seal",
    {
        "time": "Timestamp",
    },
)
"""The time of the block to be made."""

Sealed = TypedDict(
    "Sealed",
    {
        "block": "Hash",
        "certified": "Height",
        "done": "int",
        "events_root": "Hash",
        "height": "Height",
        "internal": "int",
        "receipts": "int",
        "rejected": "int",
        "root": "StoreRoot",
        "time": "Timestamp",
    },
)
"""The block that was made."""

SecuritiesAssetStatus = TypedDict(
    "SecuritiesAssetStatus",
    {
        "backing": "SecuritiesBackingStatus",
        "haircut": "Bps",
        "tier": "int",
        "wrap_depth": "int",
    },
)
"""What an asset is worth trusting with."""

SecuritiesAssetView = TypedDict(
    "SecuritiesAssetView",
    {
        "asset": "AssetId",
        "backing": "SecuritiesBackingView | None",
        "base": "list[SecuritiesExposureView]",
        "coverage": "SecuritiesCoverage | None",
        "instrument": "SecuritiesInstrumentView | None",
        "listing": "SecuritiesListingView | None",
        "parts": "list[SecuritiesPart]",
        "status": "SecuritiesAssetStatus",
    },
)
"""Everything known of an asset."""

SecuritiesAttachContract = TypedDict(
    "SecuritiesAttachContract",
    {
        "asset": "AssetId",
        "cash": "AssetId",
        "claim_ms": "int",
        "contract": "str",
        "steps": "int",
    },
)
"""Attaches the contract that an instrument names by its hash, so that the ledger pays what it says when it is due. Signed by the issuer; once. The paying agent that the instrument names pays, or without one the issuer."""

SecuritiesAttest = TypedDict(
    "SecuritiesAttest",
    {
        "amount": "Amount",
        "as_of": "Timestamp",
        "asset": "AssetId",
        "evidence": "Hash",
        "expires": "Timestamp",
    },
)
"""Confirms, as a verifier, how much of an asset its backing covers; replaces the verifier's last statement. An amount of zero withdraws the confirmation."""

SecuritiesBackingTerms = TypedDict(
    "SecuritiesBackingTerms",
    {
        "description": "str",
        "grace_ms": "int",
        "haircut": "Bps",
        "late_haircut": "Bps",
        "quarantine_haircut": "Bps",
        "threshold": "int",
        "validity_ms": "int",
        "verifiers": "list[AccountNumber]",
    },
)
"""Who must attest the backing of an asset, how many, for how long, and what it costs to be late."""

SecuritiesBackingView = TypedDict(
    "SecuritiesBackingView",
    {
        "description": "str | None",
        "haircut": "Bps",
        "lapses_at": "Timestamp | None",
        "module": "int | None",
        "proven": "Amount",
        "status": "SecuritiesBackingStatus",
        "threshold": "int | None",
        "verifiers": "list[SecuritiesVerifierView]",
    },
)
"""Backing as people see it."""

SecuritiesCancelRedemption = TypedDict(
    "SecuritiesCancelRedemption",
    {
        "request": "SecuritiesRequestId",
    },
)
"""Takes back the units of a request that still wait. Money of windows that have closed stays to be claimed."""

SecuritiesClaimDistribution = TypedDict(
    "SecuritiesClaimDistribution",
    {
        "distribution": "SecuritiesDistributionId",
    },
)
"""Takes what a distribution by the register owes the signer, less what is withheld. Pulled, never pushed. What is withheld goes to the agent; where he may not receive it, it stays in the pot, and goes back with it to the payer."""

SecuritiesClaimRedemption = TypedDict(
    "SecuritiesClaimRedemption",
    {
        "request": "SecuritiesRequestId",
    },
)
"""Takes the money that closed windows set aside for a request of the signer, at their prices. It is pulled, never pushed; when it is claimed does not change what it is. A request of which nothing is left, or of which more windows closed than one act counts, may come to nothing now."""

SecuritiesContractView = TypedDict(
    "SecuritiesContractView",
    {
        "asset": "AssetId",
        "cash": "AssetId",
        "flows": "list[SecuritiesFlowView]",
        "next": "Timestamp | None",
        "payer": "AccountId | None",
        "reserve": "Amount",
        "steps": "int",
        "text": "str",
    },
)
"""The contract of an asset, and what it will pay by what is known."""

SecuritiesCoverage = TypedDict(
    "SecuritiesCoverage",
    {
        "backing": "Amount",
        "claims": "Amount",
        "ratio": "Ratio",
        "status": "SecuritiesBackingStatus",
    },
)
"""What backs an asset beside what is claimed on it, both in the asset's smallest unit."""

SecuritiesDeclareDistribution = TypedDict(
    "SecuritiesDeclareDistribution",
    {
        "asset": "AssetId",
        "basis": "SecuritiesBasis",
        "elect_by": "Timestamp",
        "expires_at": "Timestamp",
        "pay_at": "Timestamp",
        "payouts": "list[SecuritiesPayout]",
    },
)
"""Declares what an asset pays: a coupon or a dividend by the register, a repayment, an exchange for a new version or an offer to buy by surrender. Signed by the issuer or the paying agent, who brings what is paid."""

SecuritiesDistributionView = TypedDict(
    "SecuritiesDistributionView",
    {
        "asset": "AssetId",
        "basis": "SecuritiesBasis",
        "distribution": "SecuritiesDistributionId",
        "elect_by": "Timestamp",
        "expires_at": "Timestamp",
        "missed": "bool",
        "pay_at": "Timestamp",
        "payer": "AccountId | None",
        "payouts": "list[SecuritiesPotView]",
        "recorded": "bool",
    },
)
"""A distribution."""

SecuritiesDocument = TypedDict(
    "SecuritiesDocument",
    {
        "hash": "Hash",
        "title": "str",
    },
)
"""A document outside the ledger, by its hash."""

SecuritiesElectPayout = TypedDict(
    "SecuritiesElectPayout",
    {
        "distribution": "SecuritiesDistributionId",
        "option": "int",
    },
)
"""Chooses a payout for all that the signer held at the record date; once."""

SecuritiesEntitlementView = TypedDict(
    "SecuritiesEntitlementView",
    {
        "claimed": "bool",
        "gross": "Amount",
        "option": "int",
        "units": "Amount",
        "withheld": "Bps",
    },
)
"""What a distribution by the register owes an account."""

SecuritiesExposureView = TypedDict(
    "SecuritiesExposureView",
    {
        "asset": "AssetId",
        "weight": "Ratio",
    },
)
"""A base asset with its weight."""

SecuritiesFlowView = TypedDict(
    "SecuritiesFlowView",
    {
        "amount": "TermsNumber",
        "at": "CalendarMoment",
    },
)
"""One payment to come."""

SecuritiesFundContract = TypedDict(
    "SecuritiesFundContract",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "steps": "int",
    },
)
"""Adds money of the payer from which payments of a contract are funded when they are due, and steps that it may make."""

SecuritiesFundDistribution = TypedDict(
    "SecuritiesFundDistribution",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "distribution": "SecuritiesDistributionId",
        "option": "int",
    },
)
"""Brings money, or units, of the payer for one payout of a distribution."""

SecuritiesFundRedemptions = TypedDict(
    "SecuritiesFundRedemptions",
    {
        "amount": "Amount",
        "asset": "AssetId",
    },
)
"""Adds money of the signer from which windows pay."""

SecuritiesGenesis = TypedDict(
    "SecuritiesGenesis",
    {
        "backings": "NotRequired[list[SecuritiesSetBackingTerms]]",
        "compositions": "NotRequired[list[SecuritiesSetComposition]]",
        "instruments": "NotRequired[list[SecuritiesRegisterInstrument]]",
        "listings": "NotRequired[list[SecuritiesList]]",
    },
)
"""What is known of assets from the start: the operations governance would use, in this order."""

SecuritiesInstrumentView = TypedDict(
    "SecuritiesInstrumentView",
    {
        "calculation_agent": "AccountId | None",
        "cfi": "SecuritiesCfi | None",
        "documents": "list[SecuritiesDocument]",
        "governing_law": "str",
        "isin": "SecuritiesIsin | None",
        "issuer": "AccountId | None",
        "lei": "SecuritiesLei | None",
        "name": "str",
        "paying_agent": "AccountId | None",
        "registered_at": "Timestamp",
        "registrar": "AccountId | None",
        "terms": "Hash",
        "version": "int",
    },
)
"""An instrument as people see it."""

SecuritiesList = TypedDict(
    "SecuritiesList",
    {
        "asset": "AssetId",
        "collateral_cap": "Amount",
        "curator": "NotRequired[AccountId | None]",
        "supply_cap": "Amount",
        "tier": "int",
    },
)
"""Lists an asset, or changes its listing."""

SecuritiesListedView = TypedDict(
    "SecuritiesListedView",
    {
        "asset": "AssetId",
        "bonded": "bool",
        "collateral_cap": "Amount",
        "collateral_cap_now": "Amount",
        "curator": "AccountId | None",
        "since": "Timestamp",
        "supply_cap": "Amount",
        "tier": "int",
    },
)
"""A listing with its asset."""

SecuritiesListingView = TypedDict(
    "SecuritiesListingView",
    {
        "bonded": "bool",
        "collateral_cap": "Amount",
        "collateral_cap_now": "Amount",
        "curator": "AccountId | None",
        "since": "Timestamp",
        "supply_cap": "Amount",
        "tier": "int",
    },
)
"""A listing as people see it."""

SecuritiesMintBacked = TypedDict(
    "SecuritiesMintBacked",
    {
        "amount": "Amount",
        "asset": "AssetId",
    },
)
"""Mints an asset to its issuer, never above what is proven to back it."""

SecuritiesNewBackingTerms = TypedDict(
    "SecuritiesNewBackingTerms",
    {
        "description": "str",
        "grace_ms": "int",
        "haircut": "Bps",
        "late_haircut": "Bps",
        "quarantine_haircut": "Bps",
        "threshold": "int",
        "validity_ms": "int",
        "verifiers": "list[AccountId]",
    },
)
"""The terms as they are written in an operation; see `BackingTerms` for the bounds."""

SecuritiesNewWithholding = TypedDict(
    "SecuritiesNewWithholding",
    {
        "agent": "AccountId",
        "otherwise": "Bps",
        "rates": "list[list[Any]]",
        "topic": "ComplianceTopic",
    },
)
"""What is withheld from holders of an asset."""

SecuritiesPart = TypedDict(
    "SecuritiesPart",
    {
        "asset": "AssetId",
        "weight": "Ratio",
    },
)
"""One part: how many whole units of `asset` are in one whole unit."""

SecuritiesPayout = TypedDict(
    "SecuritiesPayout",
    {
        "asset": "AssetId",
        "rate": "Ratio",
    },
)
"""One thing to be had for a unit."""

SecuritiesPotView = TypedDict(
    "SecuritiesPotView",
    {
        "brought": "Amount",
        "funded": "bool",
        "needed": "Amount | None",
        "paid": "Amount",
        "payout": "SecuritiesPayout",
        "reclaimed": "Amount",
        "withheld": "Amount",
    },
)
"""A payout with its books, in the smallest unit of what is paid."""

SecuritiesPublishFixing = TypedDict(
    "SecuritiesPublishFixing",
    {
        "asset": "AssetId",
        "at": "CalendarMoment",
        "name": "TermsName",
        "value": "TermsNumber",
    },
)
"""Publishes a number that a contract waits for. Signed by the calculation agent, or without one by whoever pays; each number once. It pays for the step that it causes, and leaves the deposit for the records of it."""

SecuritiesQueueView = TypedDict(
    "SecuritiesQueueView",
    {
        "asset": "AssetId",
        "claimable": "Amount",
        "closes_at": "Timestamp",
        "funded": "Amount",
        "joining": "Amount",
        "terms": "SecuritiesRedemptionTerms",
        "waiting": "Amount",
        "window": "int",
    },
)
"""A queue with its asset."""

SecuritiesReclaimDistribution = TypedDict(
    "SecuritiesReclaimDistribution",
    {
        "distribution": "SecuritiesDistributionId",
    },
)
"""Takes back what nobody claimed: after the time for claims is over, or, before anybody is entitled, with the distribution itself. Signed by whoever brought it."""

SecuritiesRedeemBacked = TypedDict(
    "SecuritiesRedeemBacked",
    {
        "asset": "AssetId",
        "quantity": "AccountsQuantity",
        "reference": "Hash",
    },
)
"""Gives units of a backed asset back: they are burned, and the event names the claim they settle. Possible in every status of the backing, because it only lowers what must be backed."""

SecuritiesRedemptionTerms = TypedDict(
    "SecuritiesRedemptionTerms",
    {
        "cash": "AssetId",
        "gate": "Bps",
        "notice_ms": "int",
        "price": "SecuritiesRedemptionPrice",
        "window_ms": "int",
    },
)
"""The terms on which an asset is redeemed."""

SecuritiesRegisterInstrument = TypedDict(
    "SecuritiesRegisterInstrument",
    {
        "asset": "AssetId",
        "calculation_agent": "NotRequired[AccountId | None]",
        "cfi": "NotRequired[SecuritiesCfi | None]",
        "documents": "NotRequired[list[SecuritiesDocument]]",
        "governing_law": "str",
        "isin": "NotRequired[SecuritiesIsin | None]",
        "issuer": "AccountId",
        "lei": "NotRequired[SecuritiesLei | None]",
        "name": "str",
        "paying_agent": "NotRequired[AccountId | None]",
        "registrar": "NotRequired[AccountId | None]",
        "terms": "Hash",
        "version": "int",
    },
)
"""Registers what an asset is, or amends it as the next version."""

SecuritiesRequestRedemption = TypedDict(
    "SecuritiesRequestRedemption",
    {
        "asset": "AssetId",
        "quantity": "AccountsQuantity",
    },
)
"""Hands units of the signer over to be redeemed. When a window closes for which all who wait together would get less than the smallest unit of money, their units are redeemed for nothing."""

SecuritiesRequestView = TypedDict(
    "SecuritiesRequestView",
    {
        "asset": "AssetId",
        "claimable": "Amount",
        "id": "SecuritiesRequestId",
        "joins": "int",
        "owner": "AccountNumber",
        "remaining": "Amount",
        "requested_at": "Timestamp",
        "unfolded": "int",
    },
)
"""A redemption request as of the last closed window."""

SecuritiesRetire = TypedDict(
    "SecuritiesRetire",
    {
        "asset": "AssetId",
        "beneficiary": "str",
        "quantity": "AccountsQuantity",
        "reason": "str",
    },
)
"""Retires units for good, for a beneficiary who may claim their effect once: a carbon credit, say. They are burned, and the record that is left names their serial numbers, counted per asset from 1 in the order of retirement."""

SecuritiesRetirementView = TypedDict(
    "SecuritiesRetirementView",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "at": "Timestamp",
        "beneficiary": "str",
        "first": "Amount",
        "holder": "AccountId | None",
        "reason": "str",
        "retirement": "SecuritiesRetirementId",
    },
)
"""Something retired."""

SecuritiesSetBackingTerms = TypedDict(
    "SecuritiesSetBackingTerms",
    {
        "asset": "AssetId",
        "terms": "NotRequired[SecuritiesNewBackingTerms | None]",
    },
)
"""Sets who must attest the backing of an asset that this module mints, or lifts the terms of one without supply. Governance only: an issuer does not choose its verifiers."""

SecuritiesSetComposition = TypedDict(
    "SecuritiesSetComposition",
    {
        "asset": "AssetId",
        "parts": "list[SecuritiesPart]",
    },
)
"""Says what one whole unit of an asset is made of; without parts it is a base asset again."""

SecuritiesSetExposureLimit = TypedDict(
    "SecuritiesSetExposureLimit",
    {
        "base": "AssetId",
        "max": "NotRequired[Amount | None]",
        "scope": "SecuritiesScopeName",
    },
)
"""Limits the exposure of a scope to a base asset, all holdings looked through; `None` lifts the limit. Governance sets any, an account its own."""

SecuritiesSetMintLimit = TypedDict(
    "SecuritiesSetMintLimit",
    {
        "asset": "AssetId",
        "limit": "NotRequired[list[Any] | None]",
    },
)
"""Limits how fast an asset of this module may be minted; `None` lifts the limit. Governance sets any, the issuer a tighter one: less at once, over no shorter a window."""

SecuritiesSetRedemptionTerms = TypedDict(
    "SecuritiesSetRedemptionTerms",
    {
        "asset": "AssetId",
        "terms": "SecuritiesRedemptionTerms",
    },
)
"""Sets the terms on which an asset is redeemed. Signed by governance or the issuer; the issuer only while nobody waits, and the money asset stays once there is a queue."""

SecuritiesSetWithholding = TypedDict(
    "SecuritiesSetWithholding",
    {
        "asset": "AssetId",
        "terms": "NotRequired[SecuritiesNewWithholding | None]",
    },
)
"""Sets what is withheld from what an asset pays by the register, by where holders live; no terms withhold nothing. What is paid for units given back is paid whole. Signed by governance or the issuer; it counts for the distributions whose register is taken later."""

SecuritiesSurrender = TypedDict(
    "SecuritiesSurrender",
    {
        "asset": "AssetId",
        "distribution": "SecuritiesDistributionId",
        "payout": "SecuritiesPayout",
        "quantity": "AccountsQuantity",
    },
)
"""Gives units of the signer back, for good, for what a distribution by surrender pays for them. What it says must be what the distribution says."""

SecuritiesVerifierView = TypedDict(
    "SecuritiesVerifierView",
    {
        "amount": "Amount | None",
        "as_of": "Timestamp | None",
        "evidence": "Hash | None",
        "expires": "Timestamp | None",
        "verifier": "AccountId | None",
    },
)
"""A verifier with its last statement."""

SecuritiesWaitView = TypedDict(
    "SecuritiesWaitView",
    {
        "first": "Timestamp",
        "last": "Timestamp",
        "windows": "int",
    },
)
"""How long a request made now would wait if nobody cancels and the funds are there."""

SecuritiesWithdrawFunds = TypedDict(
    "SecuritiesWithdrawFunds",
    {
        "amount": "Amount",
        "asset": "AssetId",
    },
)
"""Takes money back that no window has promised, to the issuer, while nobody waits."""

SecuritiesWithdrawReserve = TypedDict(
    "SecuritiesWithdrawReserve",
    {
        "asset": "AssetId",
    },
)
"""Takes back what lies in the reserve of a contract that is over, or that has waited for a number or stood still for as long as a payment can be claimed: silence for a day frees nothing."""

SecuritiesWithholding = TypedDict(
    "SecuritiesWithholding",
    {
        "agent": "AccountNumber",
        "otherwise": "Bps",
        "rates": "list[list[Any]]",
        "topic": "ComplianceTopic",
    },
)
"""What is withheld from holders of an asset."""

Snapshot = TypedDict(
    "Snapshot",
    {
        "file": "str",
    },
)
"""The snapshot that was written."""

StakingBondView = TypedDict(
    "StakingBondView",
    {
        "active": "Amount",
        "asset": "AssetId",
        "bond": "StakingBondId",
        "counts": "bool",
        "owner": "AccountId | None",
        "purpose": "int",
        "reserved_until": "Timestamp",
        "role": "StakingRole",
        "unbonding": "list[StakingUnbonding]",
    },
)
"""A bond as people see it."""

StakingClaim = TypedDict(
    "StakingClaim",
    {
        "bond": "StakingBondId",
    },
)
"""Takes what has waited long enough back to the signer's free balance."""

StakingDestination = TypedDict(
    "StakingDestination",
    {
        "waterfall": "int",
    },
)
"""Which loss waterfall gets what a slash takes."""

StakingEquivocation = TypedDict(
    "StakingEquivocation",
    {
        "round": "Round",
        "validator": "PublicKey",
        "votes": "list[StakingSignedVote]",
    },
)
"""Two votes of one validator in one view, of which an honest one signs at most one."""

StakingEvidence = TypedDict(
    "StakingEvidence",
    {
        "hash": "Hash",
        "module": "int",
        "occurred_at": "Timestamp",
    },
)
"""What proves an offence; the module of the role verified it."""

StakingFounder = TypedDict(
    "StakingFounder",
    {
        "account": "AccountId",
        "address": "str",
        "key": "PublicKey",
    },
)
"""A validator from the start. With a bond it stays a candidate like any other."""

StakingGenesis = TypedDict(
    "StakingGenesis",
    {
        "bonds": "NotRequired[list[StakingGenesisBond]]",
        "roles": "NotRequired[list[StakingGenesisRole]]",
        "validators": "NotRequired[StakingGenesisValidators | None]",
    },
)
"""Roles and bonds that exist from the start."""

StakingGenesisBond = TypedDict(
    "StakingGenesisBond",
    {
        "account": "AccountId",
        "amount": "Amount",
        "purpose": "int",
        "role": "StakingRole",
    },
)
"""A bond from the start, in the asset of the role's terms."""

StakingGenesisRole = TypedDict(
    "StakingGenesisRole",
    {
        "role": "StakingRole",
        "terms": "StakingRoleTerms",
    },
)
"""A role that is open from the start."""

StakingGenesisValidators = TypedDict(
    "StakingGenesisValidators",
    {
        "founders": "list[StakingFounder]",
        "rules": "StakingValidatorRules",
    },
)
"""The validators from the start, and how later ones are chosen."""

StakingOperationsBondBond = TypedDict(
    "StakingOperationsBondBond",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "purpose": "int",
        "role": "StakingRole",
    },
)
"""Puts a free amount of the signer at stake in a role for one purpose, or adds to what is there."""

StakingRegisterValidator = TypedDict(
    "StakingRegisterValidator",
    {
        "address": "str",
        "node_key": "PublicKey",
        "proof": "SignatureBytes",
    },
)
"""Offers to order blocks under a key and at an address, from the next epoch that counts the signer's bond among the largest; or gives another key or address from then on."""

StakingReportEquivocation = TypedDict(
    "StakingReportEquivocation",
    {
        "equivocation": "StakingEquivocation",
    },
)
"""Brings the evidence that a validator contradicted himself. Anyone may: the votes prove it. He is barred, and loses the part of his bond that the rules name."""

StakingRoleTerms = TypedDict(
    "StakingRoleTerms",
    {
        "amount_min": "Amount",
        "asset": "AssetId",
        "evidence_ms": "int",
        "unbonding_ms": "int",
    },
)
"""The terms of a role."""

StakingSetRoleTerms = TypedDict(
    "StakingSetRoleTerms",
    {
        "role": "StakingRole",
        "terms": "StakingRoleTerms",
    },
)
"""Opens a role, or sets its terms anew. What is on its way out keeps the times it was promised."""

StakingSetValidatorRules = TypedDict(
    "StakingSetValidatorRules",
    {
        "destination": "StakingDestination",
        "members_max": "int",
        "members_min": "int",
        "slash": "Bps",
    },
)
"""Sets how many validators there are, from the next set that is fixed, and what a contradiction costs, whenever it happened, from now on. The length of epochs stays what the genesis fixed."""

StakingSignedVote = TypedDict(
    "StakingSignedVote",
    {
        "kind": "VoteKind",
        "proposal": "NotRequired[Proposal | None]",
        "signature": "SignatureBytes",
    },
)
"""A vote with its signature."""

StakingSlash = TypedDict(
    "StakingSlash",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "at": "Timestamp",
        "bond": "StakingBondId",
        "destination": "StakingDestination",
        "evidence": "StakingEvidence",
        "fraction": "Bps",
        "owner": "AccountNumber",
        "purpose": "int",
        "role": "StakingRole",
    },
)
"""What was taken from a bond."""

StakingSlashView = TypedDict(
    "StakingSlashView",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "at": "Timestamp",
        "bond": "StakingBondId",
        "evidence": "Hash",
        "fraction": "Bps",
        "module": "int",
        "occurred_at": "Timestamp",
        "owner": "AccountId | None",
        "purpose": "int",
        "role": "StakingRole",
        "slash": "StakingSlashId",
        "waterfall": "int",
    },
)
"""A slash as people see it."""

StakingUnbond = TypedDict(
    "StakingUnbond",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "bond": "StakingBondId",
    },
)
"""Sends a part of a bond on its way out. It counts as bonded no more, can still be slashed, and can be claimed after the role's delay."""

StakingUnbonding = TypedDict(
    "StakingUnbonding",
    {
        "amount": "Amount",
        "claimable_at": "Timestamp",
        "evidence_until": "Timestamp",
        "since": "Timestamp",
    },
)
"""A part of a bond on its way out."""

StakingValidatorRules = TypedDict(
    "StakingValidatorRules",
    {
        "destination": "StakingDestination",
        "epoch_blocks": "int",
        "fixed_before": "int",
        "members_max": "int",
        "members_min": "int",
        "slash": "Bps",
    },
)
"""How validators are chosen, and what a contradiction costs them."""

StakingValidatorView = TypedDict(
    "StakingValidatorView",
    {
        "account": "AccountId | None",
        "address": "str",
        "asset": "AssetId | None",
        "key": "PublicKey",
        "stake": "Amount",
    },
)
"""A validator as people see it."""

StakingValidatorsView = TypedDict(
    "StakingValidatorsView",
    {
        "barred": "list[AccountId]",
        "epoch": "int",
        "epoch_ends": "Height | None",
        "members": "list[StakingValidatorView]",
        "next": "list[StakingValidatorView] | None",
        "registered": "list[StakingValidatorView]",
        "rules": "StakingValidatorRules | None",
    },
)
"""Who orders, and who may."""

Status = TypedDict(
    "Status",
    {
        "final": "bool",
        "finality": "str",
        "height": "NotRequired[Height | None]",
        "index": "NotRequired[int | None]",
        "problem": "NotRequired[Problem | None]",
        "receipt": "NotRequired[Receipt | None]",
        "status": "str",
        "transaction": "str",
    },
)
"""Where a transaction stands."""

StoreProofJson = TypedDict(
    "StoreProofJson",
    {
        "siblings": "list[StoreRoot | None]",
        "terminal": "StoreTerminal",
    },
)
"""A proof in JSON: `{"siblings": ["64 hex digits" or null, ...], "terminal": "leaf" | "empty" | {"other": {"key_hash", "value_hash"}}}`."""

Table = TypedDict(
    "Table",
    {
        "authenticated": "bool",
        "name": "str",
        "number": "int",
        "records": "int",
    },
)
"""A table of the state."""

Transaction = TypedDict(
    "Transaction",
    {
        "account": "AccountId",
        "expected": "NotRequired[list[ChainExpectedEffect]]",
        "max_fee": "Amount",
        "nonce": "int",
        "operations": "list[Operation]",
        "valid_until": "Timestamp",
    },
)
"""Operations of one account, all or none."""

Trial = TypedDict(
    "Trial",
    {
        "draft": "NotRequired[Draft | None]",
        "keys": "NotRequired[list[KeyId] | None]",
        "transaction": "NotRequired[str | None]",
    },
)
"""A transaction to be tried: signed, or only written down."""

Uniform = TypedDict(
    "Uniform",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "bid_min": "Amount",
        "bidding": "AuctionsBidding",
        "bids": "int",
        "bids_until": "Timestamp",
        "cleared": "bool",
        "clears_at": "Timestamp",
        "commitments": "int",
        "floor": "Price",
        "forfeited": "Amount",
        "id": "AuctionsLotId",
        "last_bid": "int",
        "opened_at": "Timestamp",
        "owner": "AuctionsOwnerRef",
        "price": "Price",
        "proceeds_to": "AccountNumber",
        "raised": "Amount",
        "remaining": "Amount",
        "round": "int",
        "scale": "str",
        "seller": "AccountNumber",
        "sold": "Amount",
        "unsold": "AuctionsUnsold",
        "want": "AssetId",
        "window_ms": "int",
    },
)
"""A uniform-price lot without its book."""

VaultsAddCollateral = TypedDict(
    "VaultsAddCollateral",
    {
        "asset": "AssetId",
        "facility": "VaultsFacilityId",
        "liquidation": "VaultsLiquidationTerms",
        "terms": "VaultsCollateralTerms",
    },
)
"""Adds a collateral, priced by its default feed in the numeraire, to a facility and its waterfall."""

VaultsAllowTopUp = TypedDict(
    "VaultsAllowTopUp",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "vault": "VaultsVaultId",
    },
)
"""Sets how much the band of a vault may take from the signer's account in all; zero ends it. The band names the account first: nobody fills another's list, and it ends with the band."""

VaultsBand = TypedDict(
    "VaultsBand",
    {
        "reserve": "NotRequired[LedgerHoldId | None]",
        "terms": "VaultsBandTerms",
        "window": "VaultsWindow",
    },
)
"""A band with what it has used."""

VaultsBandTerms = TypedDict(
    "VaultsBandTerms",
    {
        "lower": "Ratio",
        "means": "VaultsMeans",
        "target": "Ratio",
        "upper": "Ratio",
        "window_max": "Amount",
        "window_ms": "int",
    },
)
"""What an owner asks for."""

VaultsBorrow = TypedDict(
    "VaultsBorrow",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "vault": "VaultsVaultId",
    },
)
"""Lends the facility's asset to the signer against his vault: minted, or out of its pool's cash."""

VaultsBucketView = TypedDict(
    "VaultsBucketView",
    {
        "accumulator": "RateAccumulator",
        "debt": "Amount",
        "pledged": "Amount",
        "positions": "int",
        "terms": "VaultsCollateralTerms",
        "version": "int",
    },
)
"""One parameter version of a collateral in use."""

VaultsClaimKept = TypedDict(
    "VaultsClaimKept",
    {
        "asset": "AssetId",
        "vault": "VaultsVaultId",
    },
)
"""Moves what is kept for the signer's vault to him, now that he may hold it again."""

VaultsClaimPart = TypedDict(
    "VaultsClaimPart",
    {
        "asset": "AssetId",
        "facility": "VaultsFacilityId",
    },
)
"""Moves what is kept of a facility's basket for the signer to him, now that he may hold it."""

VaultsCloseVault = TypedDict(
    "VaultsCloseVault",
    {
        "vault": "VaultsVaultId",
    },
)
"""Frees all collateral of the signer's vault and removes it."""

VaultsCollateralTerms = TypedDict(
    "VaultsCollateralTerms",
    {
        "bonus": "Bps",
        "debt_cap": "Amount",
        "loan_to_value": "Bps",
        "premium": "RatePerSecond",
        "threshold": "Bps",
    },
)
"""The risk terms of a collateral. A change makes a new version; a vault keeps its version until it takes more risk. The fields move together."""

VaultsCollateralView = TypedDict(
    "VaultsCollateralView",
    {
        "asset": "AssetId",
        "decimals": "int",
        "feed": "OracleFeedId",
        "itemised": "bool",
        "liquidation": "VaultsLiquidationTerms",
        "mark": "VaultsMark",
        "newest": "int",
        "versions": "list[VaultsBucketView]",
    },
)
"""A collateral of a facility."""

VaultsCreateFacility = TypedDict(
    "VaultsCreateFacility",
    {
        "par": "Price",
        "params": "VaultsFacilityParams",
        "stable": "AssetId",
        "waterfall": "BackstopWaterfallId",
    },
)
"""Creates a facility that lends a stable asset of this module's kind, which no other facility lends and of which nothing exists yet, with the loss waterfall that is to bear its losses."""

VaultsCreatePool = TypedDict(
    "VaultsCreatePool",
    {
        "asset": "AssetId",
        "feed": "NotRequired[OracleFeedId | None]",
        "par": "Price",
        "params": "VaultsFacilityParams",
        "symbol": "str",
        "terms": "VaultsPoolTerms",
        "waterfall": "BackstopWaterfallId",
    },
)
"""Creates a facility that lends an existing asset out of what suppliers give, with the asset of their shares and the loss waterfall that bears before them."""

VaultsDeposit = TypedDict(
    "VaultsDeposit",
    {
        "amount": "AccountsQuantity",
        "asset": "AssetId",
        "vault": "VaultsVaultId",
    },
)
"""Pledges an amount of the signer's to his vault. Needs no price, so that a vault can always be saved."""

VaultsDepositItem = TypedDict(
    "VaultsDepositItem",
    {
        "asset": "AssetId",
        "item": "ItemId",
        "vault": "VaultsVaultId",
    },
)
"""Pledges one thing of an itemised asset of the signer's to his vault, where it counts as one whole unit at the price of its class. Needs no price."""

VaultsFacilityParams = TypedDict(
    "VaultsFacilityParams",
    {
        "base_rate": "RatePerSecond",
        "closed": "bool",
        "debt_ceiling": "Amount",
        "debt_floor": "Amount",
        "target_health": "Ratio",
    },
)
"""The rules of a facility that may change."""

VaultsFacilityView = TypedDict(
    "VaultsFacilityView",
    {
        "basket": "list[BackstopHolding]",
        "collateral_value": "Amount",
        "collaterals": "list[VaultsCollateralView]",
        "coverage": "NotRequired[Ratio | None]",
        "decimals": "int",
        "id": "VaultsFacilityId",
        "identity": "VaultsIdentityView",
        "par": "Price",
        "params": "VaultsFacilityParams",
        "pegs": "list[list[Any]]",
        "pool": "NotRequired[VaultsPoolView | None]",
        "redemption": "NotRequired[VaultsRedemption | None]",
        "room": "Amount",
        "shutdown": "NotRequired[VaultsShutdown | None]",
        "source": "VaultsSource",
        "stable": "AssetId",
        "totals": "VaultsTotals",
        "waterfall": "BackstopWaterfallId",
    },
)
"""A facility."""

VaultsGenesis = TypedDict(
    "VaultsGenesis",
    {
        "facilities": "NotRequired[list[VaultsGenesisFacility]]",
        "pools": "NotRequired[list[VaultsGenesisPool]]",
    },
)
"""What the genesis file says about vaults."""

VaultsGenesisCollateral = TypedDict(
    "VaultsGenesisCollateral",
    {
        "asset": "AssetId",
        "liquidation": "VaultsLiquidationTerms",
        "terms": "VaultsCollateralTerms",
    },
)
"""A collateral of a facility that exists from the start."""

VaultsGenesisFacility = TypedDict(
    "VaultsGenesisFacility",
    {
        "collaterals": "list[VaultsGenesisCollateral]",
        "par": "Price",
        "params": "VaultsFacilityParams",
        "stable": "AssetId",
        "waterfall": "BackstopWaterfallId",
    },
)
"""A facility that exists from the start; numbers are given in the order of the file, from 1."""

VaultsGenesisPool = TypedDict(
    "VaultsGenesisPool",
    {
        "collaterals": "list[VaultsGenesisCollateral]",
        "create": "VaultsCreatePool",
    },
)
"""A facility with a pool that exists from the start; its asset of shares gets the next number after those of the file, its own number follows those of the facilities that mint."""

VaultsGraceTerms = TypedDict(
    "VaultsGraceTerms",
    {
        "cure": "Ratio",
        "floor": "Ratio",
        "grace_ms": "int",
    },
)
"""What a facility grants before it liquidates."""

VaultsIdentityView = TypedDict(
    "VaultsIdentityView",
    {
        "auctioned": "Amount",
        "bad_debt": "Amount",
        "bucket_debt": "Amount",
        "cash": "Amount",
        "holds": "bool",
        "peg_issued": "Amount",
        "rounding": "Amount",
        "settled": "Amount",
        "supply": "Amount",
    },
)
"""Both sides of the identity: `supply + rounding = bucket_debt + auctioned + bad_debt + peg_issued + settled + cash`."""

VaultsLadder = TypedDict(
    "VaultsLadder",
    {
        "reserve": "NotRequired[LedgerHoldId | None]",
        "steps": "list[VaultsRung]",
    },
)
"""The steps that are left, the highest first, and what is held for them."""

VaultsLiquidationTerms = TypedDict(
    "VaultsLiquidationTerms",
    {
        "curve": "AuctionsCurve",
        "cusp": "Ratio",
        "dust": "Amount",
        "quote_bound": "Bps",
        "rounds_max": "int",
        "start_premium": "Bps",
        "tail_ms": "int",
        "window_max": "Amount",
        "window_ms": "int",
    },
)
"""How a collateral is liquidated; the same for all versions."""

VaultsMarginCall = TypedDict(
    "VaultsMarginCall",
    {
        "called_at": "Timestamp",
        "deadline": "Timestamp",
        "expired": "bool",
        "facility": "VaultsFacilityId",
        "health": "Ratio",
    },
)
"""A demand on the owner of an unsafe vault."""

VaultsMark = TypedDict(
    "VaultsMark",
    {
        "price": "Price",
        "selling": "Amount",
        "usable": "bool",
        "weighted": "Price",
        "window": "VaultsWindow",
    },
)
"""What the last mark found for a collateral: the quote that group indexes track."""

VaultsOpenVault = TypedDict(
    "VaultsOpenVault",
    {
        "facility": "VaultsFacilityId",
    },
)
"""Opens a vault of the signer in a facility. Its number is in the event."""

VaultsPeg = TypedDict(
    "VaultsPeg",
    {
        "decimals": "int",
        "held": "Amount",
        "issued": "Amount",
        "terms": "VaultsPegTerms",
    },
)
"""One cash asset of a facility."""

VaultsPegTerms = TypedDict(
    "VaultsPegTerms",
    {
        "cap": "Amount",
        "fee_in": "Bps",
        "fee_out": "Bps",
        "price_min": "NotRequired[Price | None]",
        "state": "VaultsPegState",
    },
)
"""What governance sets of a peg."""

VaultsPoolTerms = TypedDict(
    "VaultsPoolTerms",
    {
        "curve": "VaultsRateCurve",
        "reserve_factor": "Bps",
        "supply_cap": "Amount",
        "supply_min": "Amount",
    },
)
"""What governance sets of a pool, beside the facility's parameters."""

VaultsPoolView = TypedDict(
    "VaultsPoolView",
    {
        "base_rate": "RatePerSecond",
        "cash": "Amount",
        "claims": "Amount",
        "reserves": "Amount",
        "share_price": "Ratio",
        "shares": "Amount",
        "terms": "VaultsPoolTerms",
        "utilisation": "Ratio",
        "written_off": "Amount",
    },
)
"""The pool of a facility."""

VaultsPositionView = TypedDict(
    "VaultsPositionView",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "debt": "Amount",
        "liquidation_price": "NotRequired[Price | None]",
        "lots": "int",
        "value": "Amount",
        "version": "int",
    },
)
"""One collateral of a vault."""

VaultsProtectionView = TypedDict(
    "VaultsProtectionView",
    {
        "band": "NotRequired[VaultsBand | None]",
        "call": "NotRequired[VaultsMarginCall | None]",
        "ladder": "NotRequired[VaultsLadder | None]",
        "watch": "NotRequired[VaultsWatch | None]",
    },
)
"""What stands between a vault and an auction, besides its health."""

VaultsRampCollateralTerms = TypedDict(
    "VaultsRampCollateralTerms",
    {
        "asset": "AssetId",
        "facility": "VaultsFacilityId",
        "notice_ms": "int",
        "ramp_ms": "int",
        "terms": "VaultsCollateralTerms",
    },
)
"""Adds a parameter version, as `SetCollateralTerms` does, and has the thresholds of all older versions approach its threshold: a higher one at the next mark, a lower one in a straight line over `ramp_ms` after `notice_ms`. All else of an older version stays until its vaults take more risk."""

VaultsRateCurve = TypedDict(
    "VaultsRateCurve",
    {
        "at_full": "RatePerSecond",
        "at_kink": "RatePerSecond",
        "at_zero": "RatePerSecond",
        "kink": "Bps",
    },
)
"""Interest per second at three utilisations; each at least the one before."""

VaultsRedeem = TypedDict(
    "VaultsRedeem",
    {
        "amount": "AccountsQuantity",
        "asset": "AssetId",
        "facility": "VaultsFacilityId",
        "fee_max": "Bps",
        "least": "Amount",
        "vaults_max": "int",
    },
)
"""Burns stable of the signer's against the debt of the riskiest vaults, for their collateral at its price less the fee. What the vaults do not take is not burned."""

VaultsRedeemBasket = TypedDict(
    "VaultsRedeemBasket",
    {
        "amount": "AccountsQuantity",
        "asset": "AssetId",
        "facility": "VaultsFacilityId",
    },
)
"""Burns what the facility issued (its stable, or the shares of its pool) for the same part of every asset in its basket. What the signer may not hold is kept for him."""

VaultsRedemption = TypedDict(
    "VaultsRedemption",
    {
        "base_rate": "Ratio",
        "decayed_at": "Timestamp",
        "hour_at": "Timestamp",
        "least_supply": "list[Amount]",
        "terms": "VaultsRedemptionTerms",
    },
)
"""The redemption of a facility."""

VaultsRedemptionTerms = TypedDict(
    "VaultsRedemptionTerms",
    {
        "amount_min": "Amount",
        "decay": "RatePerSecond",
        "fee_max": "Bps",
        "fee_min": "Bps",
    },
)
"""What governance sets of a facility's redemption."""

VaultsRepay = TypedDict(
    "VaultsRepay",
    {
        "amount": "AccountsQuantity",
        "asset": "AssetId",
        "vault": "VaultsVaultId",
    },
)
"""Takes what was lent from the signer against the debt of any vault, up to all of it: more than is owed is not taken. A minted asset is burned, a pool's returns to its cash. Needs no price."""

VaultsReportDepth = TypedDict(
    "VaultsReportDepth",
    {
        "amount": "Amount",
        "asset": "AssetId",
    },
)
"""Says how much of an asset can be sold at once, by executable orders. Less counts at once, more after it has rested for an hour; nothing counts for longer than a day."""

VaultsRestrictPeg = TypedDict(
    "VaultsRestrictPeg",
    {
        "asset": "AssetId",
        "facility": "VaultsFacilityId",
        "state": "VaultsPegState",
    },
)
"""Restricts a peg further, without the delay of governance: only the curator of the facility's waterfall, who bears its first loss, and governance may. Only governance opens it again."""

VaultsRung = TypedDict(
    "VaultsRung",
    {
        "deed": "VaultsDeed",
        "health": "Ratio",
    },
)
"""One step."""

VaultsSetBand = TypedDict(
    "VaultsSetBand",
    {
        "lower": "Ratio",
        "target": "Ratio",
        "upper": "Ratio",
        "vault": "VaultsVaultId",
        "window_max": "Amount",
        "window_ms": "int",
        "with": "VaultsWith",
    },
)
"""Replaces the band of the signer's vault."""

VaultsSetCollateralTerms = TypedDict(
    "VaultsSetCollateralTerms",
    {
        "asset": "AssetId",
        "facility": "VaultsFacilityId",
        "terms": "VaultsCollateralTerms",
    },
)
"""Adds a parameter version. Vaults keep theirs until they take more risk, and then take this one."""

VaultsSetDepthReporter = TypedDict(
    "VaultsSetDepthReporter",
    {
        "asset": "AssetId",
        "max": "Amount",
        "reporter": "NotRequired[AccountId | None]",
    },
)
"""Names the account that says how much of an asset can be sold at once, or nobody."""

VaultsSetFacilityParams = TypedDict(
    "VaultsSetFacilityParams",
    {
        "facility": "VaultsFacilityId",
        "params": "VaultsFacilityParams",
        "stable": "AssetId",
    },
)
"""Replaces a facility's parameters. Interest up to the block's mark was at the old rate."""

VaultsSetGraceTerms = TypedDict(
    "VaultsSetGraceTerms",
    {
        "facility": "VaultsFacilityId",
        "terms": "VaultsGraceTerms",
    },
)
"""Replaces a facility's grace. Calls that stand keep their deadline."""

VaultsSetLadder = TypedDict(
    "VaultsSetLadder",
    {
        "asset": "AssetId",
        "steps": "list[VaultsRung]",
        "until": "Timestamp",
        "vault": "VaultsVaultId",
    },
)
"""Replaces the ladder of the signer's vault; no steps end it and give its reserve back. What the steps may repay is held on the signer's account until `until`."""

VaultsSetLiquidationTerms = TypedDict(
    "VaultsSetLiquidationTerms",
    {
        "asset": "AssetId",
        "facility": "VaultsFacilityId",
        "terms": "VaultsLiquidationTerms",
    },
)
"""Replaces the liquidation terms of a collateral, for all versions; open lots keep their curve."""

VaultsSetPeg = TypedDict(
    "VaultsSetPeg",
    {
        "asset": "AssetId",
        "facility": "VaultsFacilityId",
        "stable": "AssetId",
        "terms": "VaultsPegTerms",
    },
)
"""Lets a facility that mints take a cash asset at par, or changes the terms on which it does."""

VaultsSetPoolTerms = TypedDict(
    "VaultsSetPoolTerms",
    {
        "asset": "AssetId",
        "facility": "VaultsFacilityId",
        "terms": "VaultsPoolTerms",
    },
)
"""Replaces the terms of a pool. Interest up to the block's mark was at the old curve."""

VaultsSetRedemption = TypedDict(
    "VaultsSetRedemption",
    {
        "facility": "VaultsFacilityId",
        "stable": "AssetId",
        "terms": "NotRequired[VaultsRedemptionTerms | None]",
    },
)
"""Sets what redemption costs in a facility that mints, or ends it."""

VaultsSetStress = TypedDict(
    "VaultsSetStress",
    {
        "facility": "VaultsFacilityId",
        "stress": "VaultsStress",
    },
)
"""States the fall of prices for which a facility's coverage is told."""

VaultsShutDown = TypedDict(
    "VaultsShutDown",
    {
        "asset": "AssetId",
        "facility": "VaultsFacilityId",
        "window_ms": "int",
    },
)
"""Shuts a facility down for good. Governance may at any time; anybody may once the bad debt of one that mints is 5 % of what it has issued, with the window of seven days. A pool has no bad debt: its suppliers bear it."""

VaultsShutdown = TypedDict(
    "VaultsShutdown",
    {
        "outstanding": "Amount",
        "settles_at": "Timestamp",
        "stage": "VaultsStage",
        "started_at": "Timestamp",
    },
)
"""The shutdown of a facility."""

VaultsStress = TypedDict(
    "VaultsStress",
    {
        "shock": "Bps",
    },
)
"""The stress a facility is held to."""

VaultsSupply = TypedDict(
    "VaultsSupply",
    {
        "amount": "AccountsQuantity",
        "asset": "AssetId",
        "facility": "VaultsFacilityId",
        "least": "Amount",
    },
)
"""Gives an amount of the signer's to a pool, for shares of it."""

VaultsSwapIn = TypedDict(
    "VaultsSwapIn",
    {
        "amount": "AccountsQuantity",
        "asset": "AssetId",
        "facility": "VaultsFacilityId",
        "least": "Amount",
    },
)
"""Gives a cash asset of the signer's for newly minted stable, at par less the fee."""

VaultsSwapOut = TypedDict(
    "VaultsSwapOut",
    {
        "amount": "AccountsQuantity",
        "asset": "AssetId",
        "facility": "VaultsFacilityId",
        "least": "Amount",
        "stable": "AssetId",
    },
)
"""Burns stable of the signer's for a cash asset, at par less the fee, and while the facility has bad debt less the same part of that which every unit of the stable bears."""

VaultsTotals = TypedDict(
    "VaultsTotals",
    {
        "accrued_at": "Timestamp",
        "auctioned": "Amount",
        "bad_debt": "Amount",
        "bucket_debt": "Amount",
        "fees_minted": "Amount",
        "groups": "int",
        "healed": "Amount",
        "peg_issued": "Amount",
        "rounding": "Amount",
        "settled": "Amount",
        "unfinished": "bool",
    },
)
"""The running totals of a facility. The identity of every block: `stable supply + rounding = bucket_debt + auctioned + bad_debt + peg_issued + settled`, where for a pool `claims + reserves - cash` stands for the supply."""

VaultsVaultLotView = TypedDict(
    "VaultsVaultLotView",
    {
        "asset": "AssetId",
        "debt": "Amount",
        "item": "NotRequired[ItemId | None]",
        "lot": "AuctionsLotId",
        "remaining": "Amount",
        "repaid": "Amount",
        "rounds": "int",
        "vault": "VaultsVaultId",
        "version": "int",
    },
)
"""A lot at auction for a vault; its price is the auctions module's to tell."""

VaultsVaultView = TypedDict(
    "VaultsVaultView",
    {
        "auctioned": "Amount",
        "collateral_value": "Amount",
        "debt": "Amount",
        "facility": "VaultsFacilityId",
        "health": "NotRequired[Ratio | None]",
        "id": "VaultsVaultId",
        "owner": "NotRequired[AccountId | None]",
        "positions": "list[VaultsPositionView]",
    },
)
"""A vault as it stands at the quotes of the last mark."""

VaultsWatch = TypedDict(
    "VaultsWatch",
    {
        "above": "Ratio",
        "below": "Ratio",
        "resting_until": "NotRequired[Timestamp | None]",
    },
)
"""When a vault's arrangements are due."""

VaultsWindow = TypedDict(
    "VaultsWindow",
    {
        "started": "Timestamp",
        "used": "Amount",
    },
)
"""What a window has used."""

VaultsWithdraw = TypedDict(
    "VaultsWithdraw",
    {
        "amount": "Amount",
        "asset": "AssetId",
        "vault": "VaultsVaultId",
    },
)
"""Frees pledged collateral. What is left must cover the debt at its loan-to-value limit and the low end of its price, within the caps of all collaterals that cover it, at the end of the transaction."""

VaultsWithdrawItem = TypedDict(
    "VaultsWithdrawItem",
    {
        "asset": "AssetId",
        "item": "ItemId",
        "vault": "VaultsVaultId",
    },
)
"""Frees a pledged thing. What is left must cover the debt at its loan-to-value limit and the low end of its price, within the caps of all collaterals that cover debt, at the end of the transaction."""

VaultsWithdrawSupply = TypedDict(
    "VaultsWithdrawSupply",
    {
        "amount": "AccountsQuantity",
        "facility": "VaultsFacilityId",
        "least": "Amount",
        "shares": "AssetId",
    },
)
"""Burns shares of the signer's for their part of the pool, as far as there is cash."""

VerifyAccumulated = TypedDict(
    "VerifyAccumulated",
    {
        "block": "Hash",
        "proof": "MmrProof",
        "record": "VerifyEvidence",
    },
)
"""A block among all blocks before a later one, whose state has the accumulator of them."""

VerifyCertificate = TypedDict(
    "VerifyCertificate",
    {
        "block": "Hash",
        "epoch": "int",
        "parent_view": "int",
        "view": "int",
        "votes": "list[VerifyVote]",
    },
)
"""More than two thirds of the validators finalized a block."""

VerifyCertifiedBlocks = TypedDict(
    "VerifyCertifiedBlocks",
    {
        "blocks": "list[VerifyHex]",
        "finality": "VerifyFinality",
    },
)
"""Blocks, oldest first, and why the last one is final; so are then all before it."""

VerifyEvidence = TypedDict(
    "VerifyEvidence",
    {
        "finality": "NotRequired[VerifyFinality | None]",
        "format": "str",
        "genesis": "Hash",
        "head_record": "VerifyProvedRecord",
        "header": "NotRequired[ChainHeader | None]",
        "height": "Height",
        "key": "str",
        "network": "str",
        "network_record": "VerifyProvedRecord",
        "proof": "TreeProof",
        "state_root": "StoreRoot",
        "table": "str",
        "value": "NotRequired[str | None]",
    },
)
"""A record, or its absence, at a height, with everything needed to check it. JSON, self-contained."""

VerifyFinality = TypedDict(
    "VerifyFinality",
    {
        "certificate": "VerifyCertificate",
        "headers": "list[ChainHeader]",
    },
)
"""Why a header is final."""

VerifyProvedRecord = TypedDict(
    "VerifyProvedRecord",
    {
        "proof": "TreeProof",
        "value": "str",
    },
)
"""A value with its proof under the root of the evidence it is part of."""

VerifyReceiptEvidence = TypedDict(
    "VerifyReceiptEvidence",
    {
        "accumulated": "NotRequired[VerifyAccumulated | None]",
        "events_root": "Hash",
        "finality": "NotRequired[VerifyFinality | None]",
        "format": "str",
        "genesis": "Hash",
        "header": "NotRequired[ChainHeader | None]",
        "height": "Height",
        "proof": "ChainReceiptProof",
        "receipt": "str",
        "transaction": "TransactionHash",
    },
)
"""What became of a transaction, with the path to the events root of its block."""

VerifyVote = TypedDict(
    "VerifyVote",
    {
        "signature": "SignatureBytes",
        "validator": "int",
    },
)
"""One validator's signature."""

# What has one of several shapes.
AccountId = str
"""Name of an account: 32 bytes that never change."""
AccountNumber = int
"""The dense number of an account, given at opening; an account's public name is its `AccountId`."""
AccountsBeyond = Union["Literal['refuse']", "Literal['next_rule']"]
"""What becomes of an act that exceeds a rule's limit."""
AccountsBound = Union["Literal['nobody']", "dict[str, Any]", "Literal['breaker']", "Literal['threshold']", "Literal['loosening']"]
"""What bounds the answer."""
AccountsCancelRecovery = dict[str, Any]
"""Cancels what guardians proposed for the signing account."""
AccountsClass = Union["Literal['report']", "Literal['reduce']", "Literal['rest']", "Literal['general']", "Literal['exit']"]
"""The class of an operation: the order of execution inside a block. A transaction has the latest class of its operations."""
AccountsEvent = dict[str, Any]
"""An event of this module."""
AccountsMeter = dict[str, Any]
"""What a limit's window counts."""
AccountsOperation = dict[str, Any]
"""What can be asked of this module."""
AccountsQuantity = dict[str, Any]
"""An amount given exactly, or taken from an earlier operation of the same transaction."""
AccountsRole = Union["Literal['owner']", "Literal['operator']", "Literal['proposer']", "Literal['approver']", "Literal['executor']"]
"""What a key may do with its weight."""
AccountsThaw = dict[str, Any]
"""Ends the freeze of the signing account, after the delay of a loosening. Until then another freeze makes it void."""
AccountsTripped = Union["Literal['refuse']", "dict[str, Any]"]
"""What becomes of an act that trips a breaker."""
AccountsVerdict = Union["Literal['allow']", "dict[str, Any]", "Literal['deny']"]
"""What a rule decides."""
Amount = str
"""How much of an asset, in its smallest unit. Text and JSON carry the integer as a string."""
AnyEvent = dict[str, Any]
"""An event of any module."""
AssetId = int
"""The dense number of an asset, which is also its public name (`WETH#7`)."""
AuctionsBidding = Union["Literal['open']", "dict[str, Any]"]
"""How bids for a uniform-price lot are made."""
AuctionsCurve = dict[str, Any]
"""The shape of the fall. The three shapes of Maker's `abaci.sol`, with the price rounded up."""
AuctionsEvent = dict[str, Any]
"""An event of this module."""
AuctionsGenesis = dict[str, Any]
"""What the genesis file says about auctions."""
AuctionsLotId = int
"""The number of a lot, given at opening from 1 upward and never again."""
AuctionsOperation = dict[str, Any]
"""An operation of this module, one variant per verb."""
AuctionsUnsold = Union["Literal['return']", "dict[str, Any]"]
"""What becomes of what a clearing leaves."""
BackstopBatchState = Union["Literal['gathering']", "dict[str, Any]", "Literal['sold']"]
"""Where a batch stands."""
BackstopEvent = dict[str, Any]
"""An event of this module."""
BackstopOperation = dict[str, Any]
"""An operation of this module, one variant per verb."""
BackstopReceiptId = int
"""The number of a receipt, from 1 upward."""
BackstopStepKind = Union["Literal['stability_pool']", "Literal['curator_first_loss']", "Literal['surplus_buffer']", "Literal['self_deleverage']", "Literal['auction_proceeds']", "dict[str, Any]", "Literal['share_haircut']"]
"""Who bears."""
BackstopSurplusTo = Union["Literal['pool']", "dict[str, Any]"]
"""Whom surplus above the target goes to."""
BackstopTranche = Union["Literal['stability']", "Literal['first_loss']", "dict[str, Any]"]
"""Which capital."""
BackstopWaterfallId = int
"""The number of a waterfall, from 1 upward."""
Bps = int
"""Hundredths of one percent: how governance writes thresholds, fees and bonuses."""
CalendarMoment = str
"""A second of Universal Time: interest accrues and terms change between whole seconds."""
ChainEvent = dict[str, Any]
"""What happened on this floor."""
ChainExpectedEffect = dict[str, Any]
"""A bound on the net change of the signer's holding of an asset, all parts together: pledging and holding change nothing, because both stay on the account."""
ChainOperation = dict[str, Any]
"""What an account can ask of the chain itself."""
ComplianceBearer = dict[str, Any]
"""Who bears a lot."""
ComplianceBlocked = dict[str, Any]
"""Who is blocked."""
ComplianceClaimValue = Union["Literal['absent']", "Literal['present']", "dict[str, Any]"]
"""What the claims on a topic of issuers trusted for the asset say."""
ComplianceEvent = dict[str, Any]
"""An event of this module."""
ComplianceGroup = dict[str, Any]
"""Who belongs to a group."""
ComplianceIdentityId = int
"""The dense number of an identity, which is also its public name."""
ComplianceJurisdiction = str
"""A country by its two capital letters (ISO 3166-1 alpha-2)."""
ComplianceOpenIdentity = dict[str, Any]
"""Opens an identity with the signing account as its first. The account belongs to it for ever."""
ComplianceOperation = dict[str, Any]
"""What can be asked of this module."""
ComplianceReason = str
"""Why someone with power used it: 1 to 120 printable ASCII characters, no personal data."""
ComplianceScope = Union["Literal['identity']", "dict[str, Any]"]
"""For what a claim was made."""
ComplianceScopeMatch = Union["Literal['general']", "Literal['this_asset']", "dict[str, Any]"]
"""Which scopes a condition accepts."""
ComplianceSide = Union["Literal['sender']", "Literal['receiver']"]
"""One side of a movement."""
ComplianceStops = Union["Literal['sending']", "Literal['both']"]
"""Which way a freeze stops value."""
ComplianceSubject = dict[str, Any]
"""An identity or an account, by name."""
ComplianceTest = dict[str, Any]
"""What is asked of one side."""
ComplianceTopic = Union["Literal['kyc']", "Literal['accredited']", "Literal['qualified']", "Literal['resident']", "Literal['affiliate']", "Literal['buy_lockup']", "Literal['sell_lockup']", "Literal['exempt']", "Literal['sanctioned']", "dict[str, Any]"]
"""What a claim says."""
EthereumAddress = str
"""What an Ethereum wallet calls its account; shown with the checksum of EIP-55."""
Hash = str
"""A digest of 32 bytes. Text and JSON form: 64 lower-case hexadecimal digits."""
Height = int
"""The number of a block; genesis is 0."""
ItemId = int
"""One thing of a non-fungible asset (a loan, a deed, a serial); fungible holdings have none."""
KeyId = str
"""Short name of a key: the first 20 bytes of `sha256("gage/key/1" || scheme || key bytes)`."""
KeysRole = Union["Literal['partner']", "Literal['observer']", "Literal['operator']", "Literal['sealer']", "Literal['admin']"]
"""What a key is for."""
LedgerAssetKind = dict[str, Any]
"""Who mints and burns an asset."""
LedgerDelivery = dict[str, Any]
"""What one leg delivers."""
LedgerEvent = dict[str, Any]
"""What happened."""
LedgerHoldId = int
"""The number of a hold."""
LedgerInstructionId = int
"""The number of an instruction."""
LedgerNewDelivery = dict[str, Any]
"""What a leg delivers, as it is written in an operation."""
LedgerOperation = dict[str, Any]
"""What an account can ask of the ledger."""
LedgerOwnerName = dict[str, Any]
"""A beneficial owner as it is written in an operation."""
LedgerPart = Union["Literal['free']", "Literal['held']", "Literal['pledged']", "Literal['frozen']"]
"""A part of a holding."""
LedgerPurpose = Union["Literal['transfer']", "Literal['rule']", "Literal['mint']", "Literal['burn']", "Literal['hold']", "Literal['release']", "Literal['settle']", "Literal['pledge']", "Literal['unpledge']", "Literal['seize']", "Literal['correction']", "Literal['freeze']", "Literal['unfreeze']", "Literal['forced']", "Literal['recovery']"]
"""Why value moves; for statements."""
LedgerReserve = Union["Literal['now']", "Literal['at_settlement']"]
"""When a party sets aside what it delivers."""
LedgerSettleAt = Union["Literal['affirmation']", "Literal['block']", "dict[str, Any]"]
"""When an instruction settles, once all parties have affirmed and all receipts are there."""
LedgerSide = Union["Literal['debit']", "Literal['credit']"]
"""The side of a leg, seen from the holding."""
LedgerStatus = Union["Literal['pending']", "Literal['affirmed']", "dict[str, Any]", "Literal['settled']", "Literal['cancelled']", "Literal['expired']"]
"""How far an instruction has come."""
LedgerSubOwner = dict[str, Any]
"""A beneficial owner."""
NodeStage = Union["Literal['accepted']", "Literal['ordered']", "Literal['executed']", "Literal['certified']"]
"""How far a transaction has come. The words are the same everywhere."""
NodeStopReason = dict[str, Any]
"""Why a node makes no more blocks."""
Operation = dict[str, Any]
"""Everything an account can ask."""
OracleAction = Union["Literal['borrow']", "Literal['withdraw']", "Literal['mint']", "Literal['fill']", "Literal['liquidate']", "Literal['settle']", "Literal['redeem']"]
"""What a price is used for."""
OracleCalendar = Union["Literal['always']", "dict[str, Any]"]
"""When a market trades."""
OracleCurrency = str
"""A currency of ISO 4217 by its three letters."""
OracleDimension = Union["Literal['numeraire']", "dict[str, Any]"]
"""What a price counts: one side of "base in quote". `ETH per WSTETH` and `USD per WSTETH` differ in their quote dimension and cannot be taken for each other."""
OracleEvent = dict[str, Any]
"""An event of this module."""
OracleFeedId = int
"""The dense number of a feed."""
OracleMatrix = list[OraclePermission]
"""Action by class: which price permits what."""
OracleOffenceKind = Union["Literal['equivocation']", "Literal['deviation']"]
"""How a publisher offended."""
OracleOperation = dict[str, Any]
"""One request."""
OraclePriceClass = Union["Literal['fresh']", "Literal['uncertain']", "Literal['jumped']", "Literal['stale']", "Literal['closed']", "Literal['invalid']"]
"""How good a price is. The order is the precedence: of several that apply, the last one is said, and a composed price has the worst class of its legs."""
OracleProof = dict[str, Any]
"""What proves an offence of a publisher."""
OraclePublisherKind = Union["Literal['account']", "dict[str, Any]"]
"""How the reports of a publisher come in."""
OracleSource = Union["Literal['reported']", "dict[str, Any]"]
"""Where a feed's price comes from."""
OracleTrading = Union["Literal['open']", "Literal['closed']", "Literal['halted']"]
"""Whether trading goes on."""
OracleVariance = str
"""Variance of relative moves per second, in 1e-36; its root is in 1e-18."""
Price = str
"""Numeraire per whole unit of an asset, in 1e-18. Zero means worthless and is refused wherever a price must exist. JSON carries the integer as a string; `Display` prints decimals."""
PublicKey = str
"""A public key: a point on its curve, but for `PublicKey::deserialize_unproven`."""
RateAccumulator = str
"""A product of growth factors, in 1e-27: normalised debt times it is debt."""
RatePerSecond = str
"""The growth factor of one second, in 1e-27 (one is no interest)."""
Ratio = str
"""A pure number of zero or more, in 1e-18 (one is `Ratio::ONE`). JSON carries the integer as a string."""
SecuritiesBackingStatus = Union["Literal['not_backed']", "Literal['proven']", "Literal['late']", "Literal['quarantined']"]
"""Whether an asset's backing is proven. The order is from good to bad."""
SecuritiesBasis = Union["dict[str, Any]", "Literal['surrender']"]
"""Who is entitled."""
SecuritiesCfi = str
SecuritiesDistributionId = int
"""The number of a distribution."""
SecuritiesEvent = dict[str, Any]
"""An event of this module."""
SecuritiesIsin = str
SecuritiesLei = str
SecuritiesOperation = dict[str, Any]
"""One request."""
SecuritiesRedemptionPrice = Union["dict[str, Any]", "Literal['nav']"]
"""What is paid for a unit, as of the close of its window."""
SecuritiesRequestId = int
"""The number of a request."""
SecuritiesRetirementId = int
"""The number of a retirement."""
SecuritiesScope = dict[str, Any]
"""Whose exposure is limited."""
SecuritiesScopeName = dict[str, Any]
"""A scope as it is written in an operation."""
Signature = dict[str, Any]
"""A signature by a key that is named elsewhere: nothing is recovered from it."""
SignatureBytes = str
"""The 64 bytes of a signature. Text in JSON: 128 hexadecimal digits."""
StakingBondId = int
"""The number of a bond."""
StakingEvent = dict[str, Any]
"""An event of this module."""
StakingOperation = dict[str, Any]
"""One request. Evidence against publishers, arbiters and others is brought to the module of the role, which verifies it; validators have no other module than this one."""
StakingResignValidator = dict[str, Any]
"""Offers to order no more: the next set that is fixed is without the signer. Until his last epoch has ended he orders on, and his bond stays."""
StakingRole = Union["Literal['validator']", "Literal['publisher']", "Literal['arbiter']", "Literal['curator']", "Literal['listing']", "Literal['assertion']"]
"""What an owner answers for with a bond."""
StakingSlashId = int
"""The number of a slash."""
StoreRoot = str
"""A root of the tree, or any other digest in it. 64 lower-case hexadecimal digits in text and JSON."""
StoreTerminal = Union["Literal['leaf']", "Literal['empty']", "dict[str, Any]"]
"""What stands at the end of a proof's path."""
Taken = dict[str, Any]
"""The result of one transaction of a batch: its name, or why it was not taken."""
TermsName = str
"""The name of a party, an asset, a fixing or an election: letters, digits and `_ . / : -`, from a letter or digit on."""
TermsNumber = str
"""A signed decimal with eighteen places: amounts in whole units, rates, prices and factors of terms alike. Every product and quotient says how it rounds: `Down` is toward zero, `Up` away from it."""
Timestamp = int
"""Milliseconds since 1970-01-01 UTC; the only clock is a block's timestamp."""
TransactionHash = Any
"""The name of a transaction: the digest its machine keys sign. The same for any set of signatures."""
TreeProof = StoreProofJson
"""A path from a root to the place of a key. Every value of this type has the one permitted shape; whether it is true is for `verify_inclusion` and `verify_exclusion` to say."""
VaultsDeed = dict[str, Any]
"""What a step does."""
VaultsEvent = dict[str, Any]
"""A fact of this module."""
VaultsFacilityId = int
VaultsMeans = Union["dict[str, Any]", "Literal['reserve']"]
"""With what a band is kept."""
VaultsOperation = dict[str, Any]
"""What an account or governance can ask of vaults."""
VaultsPegState = Union["Literal['open']", "Literal['out_only']", "Literal['closed']"]
"""In which directions a peg swaps, from free to closed."""
VaultsSource = Union["Literal['mint']", "dict[str, Any]"]
"""Where what a facility lends comes from."""
VaultsStage = Union["Literal['winding']", "Literal['settling']", "Literal['paying']"]
"""How far a shutdown has come."""
VaultsVaultId = int
VaultsWith = Union["Literal['nothing']", "dict[str, Any]"]
"""With what a band is kept."""
VerifyHex = str
"""Bytes in a list."""
VoteKind = Union["Literal['notarize']", "Literal['nullify']", "Literal['finalize']"]
"""What a vote says."""
