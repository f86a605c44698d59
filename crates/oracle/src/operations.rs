//! One file per verb.

mod attach_nav;
mod create_feed;
mod remove_publisher;
mod report;
mod report_many;
mod set_asset_feed;
mod set_feed_params;
mod set_growth_cap;
mod set_market_state;
mod set_matrix;
mod set_publisher;

pub use attach_nav::AttachNav;
pub use create_feed::CreateFeed;
pub use remove_publisher::RemovePublisher;
pub use report::Report;
pub use report_many::{REPORTS_MAX, ReportMany};
pub use set_asset_feed::SetAssetFeed;
pub use set_feed_params::SetFeedParams;
pub use set_growth_cap::SetGrowthCap;
pub use set_market_state::SetMarketState;
pub use set_matrix::SetMatrix;
pub use set_publisher::{SetPublisher, WEIGHT_MAX};
