//! The statements of docs/history.md run as they stand there, on both databases, with the same answers.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod common;

use common::server::Server;
use common::*;
use gage_history::History;

/// The statements of the page.
fn statements() -> Vec<String> {
    let page = include_str!("../../../docs/history.md");
    let blocks = page.split("```sql\n").skip(1).map(|rest| rest.split("```").next().unwrap().trim().to_owned());
    blocks.collect()
}

/// Each answer as text; numbers without the zeros that SQLite's texts begin with.
fn answers(history: &History) -> Vec<Vec<Vec<String>>> {
    let plain = |cell: String| match cell.trim_start_matches('0') {
        rest if cell.len() == 39 && cell.bytes().all(|byte| byte.is_ascii_digit()) => {
            if rest.is_empty() {
                "0".to_owned()
            } else {
                rest.to_owned()
            }
        }
        _ => cell,
    };
    let ask = |sql: String| {
        let rows = history.sql(&sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
        assert!(!rows.is_empty(), "nothing is found by\n{sql}");
        rows.into_iter().map(|row| row.into_iter().map(plain).collect()).collect()
    };
    statements().into_iter().map(ask).collect()
}

#[test]
fn the_examples_of_the_page_run() {
    let scratch = Scratch::new("docs");
    let mut world = World::start(config(&scratch.path().join("node")));
    world.play();
    assert!(statements().len() >= 10, "the page has ten examples");
    let embedded = follow(&world.handle(), &sqlite(&scratch, "history.sqlite"));
    let expected = answers(&embedded);
    let Some(server) = Server::start() else { return };
    let remote = follow(&world.handle(), &server.database("history"));
    for ((statement, left), right) in statements().iter().zip(&expected).zip(answers(&remote)) {
        assert_eq!(left, &right, "both databases give the same for\n{statement}");
    }
}

/// Every table and view of the database is on the page, and nothing else is called one there.
#[test]
fn the_page_names_every_table_and_view() {
    let scratch = Scratch::new("docs-names");
    let world = World::start(config(&scratch.path().join("node")));
    let history = follow(&world.handle(), &sqlite(&scratch, "history.sqlite"));
    let page = include_str!("../../../docs/history.md");
    let sql =
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let mut named: Vec<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(name, _)| name.to_owned())
        .collect();
    named.sort();
    let there: Vec<String> = history.sql(sql).unwrap().into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(named, there);
}
