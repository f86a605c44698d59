//! A list as a table for people: a line for each entry, a column for each field that has a short value.

use std::collections::BTreeSet;

use serde_json::Value;

/// The widest column; what is longer is cut.
const WIDTH_MAX: usize = 64;
/// The most columns; what is more is left to `--json`.
const COLUMNS_MAX: usize = 10;
/// What happened is a column of its own, the last one: no two kinds of it have the same fields.
const EVENT: &str = "event";

/// The table, each line with its end.
pub fn table(items: &[Value]) -> String {
    let rows: Vec<Vec<(String, String)>> = items.iter().map(flat).collect();
    let mut names: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    for (name, _) in rows.iter().flatten() {
        if seen.insert(name.clone()) {
            names.push(name.clone());
        }
    }
    // What tells entries apart comes first, then what most of them have.
    let without =
        |name: &str| rows.iter().filter(|row| !row.iter().any(|(own, text)| own == name && text != "-")).count();
    names.sort_by_cached_key(|name| {
        (!matches!(name.as_str(), "id" | "number" | "height" | "asset" | "symbol"), name == EVENT, without(name))
    });
    let left_out = names.len().saturating_sub(COLUMNS_MAX);
    names.truncate(COLUMNS_MAX);
    let cell = |row: &[(String, String)], name: &str| {
        let text = row.iter().find(|(own, _)| own == name).map_or("-", |(_, text)| text);
        if name == EVENT { text.to_owned() } else { short(text) }
    };
    let mut text = String::new();
    let lines: Vec<Vec<String>> = std::iter::once(names.clone())
        .chain(rows.iter().map(|row| names.iter().map(|name| cell(row, name)).collect()))
        .collect();
    let widths: Vec<usize> = (0..names.len())
        .map(|at| lines.iter().filter_map(|line| line.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0))
        .collect();
    for line in &lines {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    if left_out > 0 {
        text.push_str(&format!("({left_out} more fields: --json shows everything)\n"));
    }
    text
}

/// The fields of an entry, those of objects in it with a dot between; lists by their length.
fn flat(item: &Value) -> Vec<(String, String)> {
    let mut row = Vec::new();
    write("", item, &mut row);
    row
}

fn write(name: &str, value: &Value, row: &mut Vec<(String, String)>) {
    match value {
        Value::Object(_) if name == EVENT => row.push((label(name), value.to_string())),
        Value::Object(fields) => {
            for (inner, value) in fields {
                let name = if name.is_empty() { inner.clone() } else { format!("{name}.{inner}") };
                write(&name, value, row);
            }
        }
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            row.push((label(name), items.iter().map(plain).collect::<Vec<_>>().join(",")));
        }
        Value::Array(items) => row.push((label(name), format!("{} of them", items.len()))),
        other => row.push((label(name), plain(other))),
    }
}

fn label(name: &str) -> String {
    if name.is_empty() { "value".to_owned() } else { name.to_owned() }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    }
}

fn short(text: &str) -> String {
    if text.chars().count() <= WIDTH_MAX {
        return text.to_owned();
    }
    text.chars().take(WIDTH_MAX.saturating_sub(3)).chain("...".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn entries_are_lines_and_fields_are_columns() {
        let items = [
            json!({ "asset": { "symbol": "USD" }, "id": 0, "parts": [{ "x": 1 }, { "x": 2 }] }),
            json!({ "id": 10, "owner": null, "tags": ["a", "b"] }),
        ];
        let expected = "id  asset.symbol  parts      tags  owner\n0   USD           2 of them  -     -\n10  -             -          a,b   -\n";
        assert_eq!(table(&items), expected);
        assert_eq!(table(&[json!(7)]), "value\n7\n");
    }

    #[test]
    fn what_most_entries_have_comes_before_what_few_have_and_events_are_whole() {
        let event =
            |height: u64, event: Value| json!({ "event": event, "height": height, "kind": "k", "receipt": null });
        let long = "x".repeat(WIDTH_MAX);
        let items = [event(1, json!({ "posted": { "a": long } })), event(2, json!({ "opened": 7 }))];
        let rows = table(&items);
        assert!(
            rows.starts_with("height  kind  receipt  event\n1       k     -        {\"posted\":{\"a\":\"xxx"),
            "{rows}"
        );
        assert!(rows.contains(&format!("{long}\"}}}}\n2       k     -        {{\"opened\":7}}\n")), "{rows}");
    }
}
