//! Attacks on single rules that reading them suggested, each in the words of a scenario.

use gage_testkit::scenario::play;

/// Plays a scenario that must hold to its last line.
#[track_caller]
fn holds(text: &str) {
    if let Err(failure) = play(text) {
        panic!("{failure}");
    }
}

/// Alice owes 1,000 and bob 9,000; redemption costs half a percent and half of the part of the supply.
const REDEEMABLE: &str = "price ETH 200
     open alice 100 ETH
     open bob 1000 ETH
     open mallory 10 ETH
     vault alice GUSD
     deposit alice vault-1 10 ETH + borrow alice vault-1 1000 GUSD
     vault bob GUSD
     deposit bob vault-2 1000 ETH + borrow bob vault-2 9000 GUSD
     transfer bob mallory 1000 GUSD
     vault mallory GUSD
     deposit mallory vault-3 1 ETH
     govern {\"vaults\":{\"set_redemption\":{\"facility\":1,\"stable\":$GUSD,\"terms\":{\"fee_min\":50,\"fee_max\":5000,\
     \"decay\":\"999967910367635122012970996\",\"amount_min\":\"1\"}}}}
     price ETH 200
     ";

#[test]
fn a_loan_for_one_transaction_makes_a_redemption_look_small() {
    // A tenth of the supply: 5.5 %, so that 1,000 take 4.725 ETH, less the width of the price.
    let honest = "redeem mallory 1000 GUSD
         expect mallory ETH above 13.7
         expect mallory ETH below 13.73
         check";
    holds(&format!("{REDEEMABLE}{honest}"));
    // Beside a million that is lent for the moment the fee is the same.
    let flash = "borrow mallory vault-3 1000000 GUSD + redeem mallory 1000 GUSD + repay mallory vault-3 1000000 GUSD
         expect mallory ETH above 13.7
         expect mallory ETH below 13.73
         check";
    holds(&format!("{REDEEMABLE}{flash}"));
}

/// Whoever sends BOND must be known to the issuer; who receives it need not.
const SENDERS_ARE_KNOWN: &str = "open alice 10 BOND
     open bob
     open notary
     govern {\"compliance\":{\"set_trusted_issuers\":{\"asset\":$BOND,\"topic\":\"kyc\",\"issuers\":[$notary]}}}
     govern {\"compliance\":{\"set_requirements\":{\"asset\":$BOND,\"requirements\":[{\"sender\":[{\"test\":{\"present\":{\"topic\":\"kyc\"}}}],\"receiver\":[]}]}}}
     transfer alice bob 4 BOND -> Ineligible
     ";

#[test]
fn a_seller_who_may_not_sell_records_the_buyer_as_owner_instead() {
    holds(&format!(
        "{SENDERS_ARE_KNOWN}
         record-owner alice bob 4 BOND -> Ineligible
         expect alice BOND 10
         check"
    ));
}

#[test]
fn the_omnibus_washes_a_lock_up_away() {
    holds(
        "open alice
         open bob
         identity bank
         identity alice
         identity bob
         count bank SHARE
         mint bank alice 5 SHARE
         mint-locked bank alice 10 SHARE 40d
         transfer alice bob 6 SHARE -> Ineligible
         # What a rule moves takes its lock-up along: first what is free, then the lot.
         record-owner alice bob 8 SHARE
         take-out bob alice 8 SHARE
         expect locked alice SHARE 7
         expect locked bob SHARE 3
         transfer bob alice 6 SHARE -> Ineligible
         transfer bob alice 5 SHARE
         check",
    );
}
