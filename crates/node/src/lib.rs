//! Host.

#![warn(missing_docs)]

pub mod disk;
