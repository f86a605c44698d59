//! The node's HTTP API (floor 4): REST and WebSocket, problems instead of bare errors, bounds on everything.
//!
//! Nouns: [`Server`] (a running API), [`ApiConfig`] (where it listens, what one client may do),
//! [`problem::Problem`] (RFC 9457), [`metrics::NAMES`] (the figures it shows), [`openapi`] (the document).
//!
//! ```text
//!   connection --bounded--> TLS --> head in time --rate--> route --key, body in time and size--> handler --> node
//!                                                                              streams <-- hub <-- head
//! ```
//!
//! It listens on the loopback interface, on others with TLS or where the operator says that a proxy does it.
//! Reads run beside the threads that serve connections, each a bounded amount of work under the lock; when
//! more wait than may, the next is refused at once and told when to come back.
//!
//! Invariants
//! - every refusal is `application/problem+json` with a stable number;
//! - a refused request changes nothing;
//! - the document lists every route, because router, document and page are made of one list, and says what
//!   the code says, because its schemas are read from the sources;
//! - a slow reader costs others nothing: what streams send is made once and kept for all.

#![warn(missing_docs)]

mod api;
mod around;
mod config;
mod cors;
mod decoded;
mod extract;
mod gzip;
mod handlers;
mod hub;
mod idempotency;
pub mod keys;
mod limits;
pub mod metrics;
pub mod openapi;
pub mod paging;
mod patch;
pub mod problem;
mod remedy;
mod routes;
mod server;
mod tls;

pub use config::{ADMIN_TOKEN_MIN, ApiConfig};
pub use handlers::audit::{Audit, audit_chain};
pub use problem::Problem;
pub use server::{Server, StartError};
pub use tls::TlsFiles;
