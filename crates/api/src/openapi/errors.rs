//! Every stable number of every module, of the node and of the API.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::problem::Cause;
use crate::remedy;

/// One refusal that there can be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorRow {
    /// The stable number.
    pub code: u32,
    /// The stable name.
    pub name: String,
    /// Whose it is.
    pub module: String,
    /// What it means.
    pub meaning: String,
    /// The sentence it is refused with; what stands in braces is filled in.
    pub sentence: String,
    /// What to do.
    #[serde(default)]
    pub remedy: String,
}

static ERRORS: LazyLock<Vec<ErrorRow>> = LazyLock::new(|| {
    let text = include_str!(concat!(env!("OUT_DIR"), "/errors.json"));
    let mut rows: Vec<ErrorRow> = serde_json::from_str(text).expect("the build script writes these rows");
    for cause in Cause::ALL {
        let (code, name, _) = cause.row();
        let meaning = cause.meaning().to_owned();
        let (name, module) = (name.to_owned(), "api".to_owned());
        rows.push(ErrorRow { code, name, module, sentence: meaning.clone(), meaning, remedy: String::new() });
    }
    for row in &mut rows {
        row.remedy = remedy::of(row.code, &row.name).to_owned();
    }
    rows.sort_by_key(|row| row.code);
    rows
});

/// All of them, by number.
pub fn errors() -> &'static [ErrorRow] {
    &ERRORS
}
