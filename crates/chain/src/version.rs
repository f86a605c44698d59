//! Protocol versions: old blocks replay under the version they were made with.

use gage_units::Height;

/// The newest version this program knows.
pub const PROTOCOL_VERSION: u32 = 1;

/// The heights from which each version is active, oldest first. A new version adds a line here, a
/// migration function that chain runs once at that height, and a test that replays across it.
const ACTIVATIONS: [(Height, u32); 1] = [(Height(0), 1)];

/// The version under which the block at `height` executes.
pub fn active_version(height: Height) -> u32 {
    let newest = ACTIVATIONS.iter().rev().find(|(from, _)| *from <= height);
    newest.map_or(PROTOCOL_VERSION, |(_, version)| *version)
}
