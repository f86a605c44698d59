//! A node with something of everything in it, for programs that try the API: prints its URL, writes the
//! OpenAPI document to the file named, and serves until its input ends.
#![allow(clippy::unwrap_used)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::io::Read;

use common::World;

fn main() {
    let mut world = World::full(|config| (config.requests_per_second, config.requests_burst) = (1_000_000, 1_000_000));
    world.furnish_all();
    world.report(120);
    world.seal();
    if let Some(path) = std::env::args().nth(1) {
        std::fs::write(path, gage_api::openapi::document().to_string()).unwrap();
    }
    println!("{}", world.server().url());
    // Whoever started this closes the input to end it.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}
