//! One file per subject: each reads its request, asks the node, and answers.

pub(crate) mod accounts;
pub(crate) mod admin;
pub(crate) mod assets;
pub(crate) mod auctions;
pub(crate) mod audit;
pub(crate) mod backstop;
pub(crate) mod blocks;
pub(crate) mod bundles;
pub(crate) mod compliance;
pub(crate) mod dry_run;
pub(crate) mod feeds;
pub(crate) mod health;
pub(crate) mod history;
pub(crate) mod network;
pub(crate) mod payments;
pub(crate) mod raw;
pub(crate) mod records;
pub(crate) mod redemption;
pub(crate) mod render;
pub(crate) mod settlement;
pub(crate) mod staking;
pub(crate) mod stream;
pub(crate) mod submit;
pub(crate) mod transactions;
pub(crate) mod vaults;

use std::sync::Arc;

use axum::extract::State;

use crate::api::Api;

/// What every handler gets.
pub(crate) type Shared = State<Arc<Api>>;
