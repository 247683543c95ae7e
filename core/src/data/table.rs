//! Rows that are brought to the page.

use serde::{Deserialize, Serialize};

/// Rows in place of those that a source draws. There is no way to bring any yet, so that the type has no value:
/// what hands data over has its place for them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Table {}
