//! The text that a wallet shows and signs, rendered from the binary operations by the node and by
//! the wallet's side alike. It is compared, never parsed.

use gage_accounts::Names;
use gage_crypto::eip712::WalletMessage;
use thiserror::Error;

use crate::{ExpectedEffect, Operation, Transaction};

/// The most operations a wallet is asked to show.
pub const TEXT_OPERATIONS_MAX: usize = 8;
/// The most bytes of text a wallet is asked to show.
pub const TEXT_MAX: usize = 2_048;

/// Why a transaction has no text for a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TextError {
    /// Too many operations.
    #[error("a wallet shows at most {TEXT_OPERATIONS_MAX} operations")]
    TooManyOperations,
    /// Too long.
    #[error("a wallet shows at most {TEXT_MAX} characters")]
    TooLong,
    /// A character that wallets may show differently.
    #[error("the text has a character that is not printable ASCII")]
    NotPrintable,
}

/// The operations and expected effects in words: `1. Transfer 12.5 WETH#7 to gage1...`, one line each.
///
/// # Errors
/// See [`TextError`].
pub fn operations_text(
    operations: &[Operation],
    expected: &[ExpectedEffect],
    names: &dyn Names,
) -> Result<String, TextError> {
    if operations.len() > TEXT_OPERATIONS_MAX {
        return Err(TextError::TooManyOperations);
    }
    let operations = operations.iter().map(|operation| operation.describe(names));
    let effects = expected.iter().map(|effect| effect.describe(names));
    let lines: Vec<String> =
        operations.chain(effects).zip(1u32..).map(|(line, number)| format!("{number}. {line}")).collect();
    if !lines.iter().all(|line| line.bytes().all(|byte| (b' '..=b'~').contains(&byte))) {
        return Err(TextError::NotPrintable);
    }
    let text = lines.join(" ");
    if text.len() > TEXT_MAX { Err(TextError::TooLong) } else { Ok(text) }
}

/// The message of the wallet's typed data.
///
/// # Errors
/// See [`TextError`].
pub fn wallet_message(transaction: &Transaction, names: &dyn Names) -> Result<WalletMessage, TextError> {
    Ok(WalletMessage {
        account: transaction.account.to_string(),
        nonce: transaction.nonce,
        valid_until: transaction.valid_until.0,
        max_fee: transaction.max_fee.to_string(),
        operations: operations_text(&transaction.operations, &transaction.expected, names)?,
    })
}
