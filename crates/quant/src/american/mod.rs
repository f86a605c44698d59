//! Rights at any time: the exercise boundary by fixed points (exact and fast), approximations in closed form, a grid.

mod approximations;
mod boundary;
mod grid;

pub use approximations::{barone_adesi_whaley, bjerksund_stensland, ju};
pub use boundary::{Boundary, Effort, price};
pub use grid::{Exercise, GridOption, GridSize, grid_price};
