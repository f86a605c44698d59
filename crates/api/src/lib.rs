//! The node's HTTP API (floor 4): REST and WebSocket, problems instead of bare errors, bounds on everything.
//!
//! Nouns: [`Server`] (a running API), [`ApiConfig`] (where it listens, what one client may do),
//! [`problem::Problem`] (RFC 9457), [`metrics::NAMES`] (the figures it shows), [`openapi`] (the document).
//!
//! ```text
//!   connection --bounded--> head in time --rate--> route --body in time and size--> handler --> node
//! ```
//!
//! It listens on the loopback interface unless told otherwise and has no encryption: a proxy does that.
//! Reads run beside the threads that serve connections, each a bounded amount of work under the lock.
//!
//! Invariants
//! - every refusal is `application/problem+json` with a stable number;
//! - a refused request changes nothing;
//! - the document lists every route, because router and document are made of one list.

#![warn(missing_docs)]

mod api;
mod config;
mod extract;
mod handlers;
mod limits;
pub mod metrics;
pub mod openapi;
pub mod paging;
pub mod problem;
mod routes;
mod schemas;
mod server;

pub use config::{ADMIN_TOKEN_MIN, ApiConfig};
pub use handlers::audit::{Audit, audit_chain};
pub use problem::Problem;
pub use server::{Server, StartError};
