//! The words a wallet shows for an operation.

use gage_units::{Amount, AssetId, format_decimal};

use crate::Quantity;

/// Symbol and decimals of assets, which never change once listed.
pub trait Names {
    /// The symbol and decimals of an asset, if it exists.
    fn asset(&self, asset: AssetId) -> Option<(String, u8)>;
}

/// An amount as people read it, with symbol and number: `12.5 WETH#7`. An asset without a name
/// shows the count of its smallest units: `12500 units of #7`.
pub fn describe_amount(names: &dyn Names, amount: Amount, asset: AssetId) -> String {
    match names.asset(asset) {
        Some((symbol, decimals)) => format!("{} {symbol}#{asset}", format_decimal(amount.0, decimals)),
        None => format!("{amount} units of #{asset}"),
    }
}

/// A quantity as people read it: an amount, or `output of operation 1 (at least 12.5 WETH#7)`.
pub fn describe_quantity(names: &dyn Names, quantity: Quantity, asset: AssetId) -> String {
    match quantity {
        Quantity::Exact(amount) => describe_amount(names, amount, asset),
        Quantity::OutputOf { operation, minimum } => {
            // The text counts its lines from one.
            let operation = u16::from(operation).saturating_add(1);
            format!("output of operation {operation} (at least {})", describe_amount(names, minimum, asset))
        }
    }
}
