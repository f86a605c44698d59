//! Short words for what is done every day.

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use gage_client::Client;
use gage_units::format_decimal;

use super::command::Given;

/// What is done every day; every operation of every module is there under the module's name too.
#[derive(Debug, Subcommand)]
pub enum Shortcut {
    /// Give an amount to another account
    #[command(after_help = "Example:\n  gage tx transfer --to bob --amount \"12.5 USD\"")]
    Transfer {
        /// The receiver, gage1... or a name of the configuration
        #[arg(long)]
        to: String,
        /// The asset, by number or symbol; not needed where the amount says it
        #[arg(long)]
        asset: Option<String>,
        /// How much: 12.5, "12.5 USD" or raw:1
        #[arg(long)]
        amount: String,
    },
    /// Open an empty vault
    #[command(after_help = "Example:\n  gage tx open-vault --facility 1")]
    OpenVault {
        /// The facility's number
        #[arg(long, default_value_t = 1)]
        facility: u32,
    },
    /// Pledge collateral to a vault
    #[command(after_help = "Example:\n  gage tx deposit --vault 1 --amount \"10 WETH\"")]
    Deposit(Move),
    /// Free collateral of a vault
    #[command(after_help = "Example:\n  gage tx withdraw --vault 1 --amount \"10 WETH\"")]
    Withdraw(Move),
    /// Take on debt against a vault
    #[command(after_help = "Example:\n  gage tx borrow --vault 1 --amount \"500 GUSD\"")]
    Borrow(Move),
    /// Repay debt of a vault
    #[command(after_help = "Example:\n  gage tx repay --vault 1 --amount \"500 GUSD\"")]
    Repay(Move),
    /// End a vault without debt
    #[command(after_help = "Example:\n  gage tx close-vault --vault 1")]
    CloseVault {
        /// The vault's number
        #[arg(long)]
        vault: u32,
    },
    /// Buy from a lot at auction at its present price
    #[command(after_help = "Example:\n  gage tx take --lot 1 --amount 0.5")]
    Take {
        /// The lot's number
        #[arg(long)]
        lot: u64,
        /// The most to take of the lot's asset
        #[arg(long)]
        amount: String,
        /// The highest price per whole unit; the present one if not given
        #[arg(long)]
        price_max: Option<String>,
    },
    /// Send operations in JSON, such as [{"ledger":{"transfer":{...}}}]
    #[command(after_help = "Example:\n  gage tx send --operations '[{\"ledger\":{\"transfer\":{\"to\":\"bob\",\
                            \"asset\":\"USD\",\"quantity\":\"12.5 USD\"}}}]'")]
    Send {
        /// The JSON itself, a file after @, or - for the standard input; amounts are smallest units, or "12.5 USD"
        #[arg(long = "operations", value_name = "JSON")]
        operations: String,
    },
}

/// Something moved to or from a vault.
#[derive(Debug, Args)]
pub struct Move {
    /// The vault's number
    #[arg(long)]
    vault: u32,
    /// The asset, by number or symbol; not needed where the amount says it
    #[arg(long)]
    asset: Option<String>,
    /// How much: 12.5, "12.5 GUSD" or raw:1
    #[arg(long)]
    amount: String,
}

/// A short word in full, or a JSON list of operations.
pub enum Full {
    /// One operation.
    Operation(Given),
    /// As JSON.
    Json(String),
}

impl Shortcut {
    /// The word in full. For a take, the node says what is sold for what, and at which price now.
    pub fn in_full(&self, client: Option<&Client>) -> Result<Full> {
        Ok(Full::Operation(match self {
            Shortcut::Transfer { to, asset, amount } => {
                let fields = [("to", Some(to.clone())), ("asset", asset.clone()), ("quantity", Some(amount.clone()))];
                full("ledger", "transfer", fields)
            }
            Shortcut::OpenVault { facility } => {
                full("vaults", "open_vault", [("facility", Some(facility.to_string()))])
            }
            Shortcut::Deposit(this) => this.in_full("deposit"),
            Shortcut::Withdraw(this) => this.in_full("withdraw"),
            Shortcut::Borrow(this) => this.in_full("borrow"),
            Shortcut::Repay(this) => this.in_full("repay"),
            Shortcut::CloseVault { vault } => full("vaults", "close_vault", [("vault", Some(vault.to_string()))]),
            Shortcut::Take { lot, amount, price_max } => {
                let client = client.context("only a node knows at which price a lot is sold")?;
                let view: gage_client::Lot = client.get(&format!("/v1/auctions/{lot}"))?;
                let price = price_max.clone().unwrap_or_else(|| format_decimal(view.price.0, 18));
                let fields = [
                    ("lot", Some(lot.to_string())),
                    ("asset", Some(view.asset.to_string())),
                    ("amount", Some(amount.clone())),
                    ("want", Some(view.want.to_string())),
                    ("price_max", Some(price)),
                ];
                full("auctions", "take", fields)
            }
            Shortcut::Send { operations } => return Ok(Full::Json(read(operations)?)),
        }))
    }
}

impl Move {
    fn in_full(&self, operation: &str) -> Given {
        let fields = [
            ("vault", Some(self.vault.to_string())),
            ("asset", self.asset.clone()),
            ("amount", Some(self.amount.clone())),
        ];
        full("vaults", operation, fields)
    }
}

fn full<const N: usize>(module: &str, operation: &str, fields: [(&str, Option<String>); N]) -> Given {
    let fields = fields.into_iter().filter_map(|(name, text)| Some((name.to_owned(), vec![text?]))).collect();
    Given { module: module.to_owned(), operation: operation.to_owned(), fields }
}

fn read(operations: &str) -> Result<String> {
    match operations.strip_prefix('@') {
        Some(path) => std::fs::read_to_string(path).with_context(|| format!("reading {path}")),
        None if operations == "-" => {
            std::io::read_to_string(std::io::stdin()).context("reading operations from the standard input")
        }
        None => Ok(operations.to_owned()),
    }
}
