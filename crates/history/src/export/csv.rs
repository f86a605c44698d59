//! Comma-separated values (RFC 4180).

use std::fs::File;
use std::io::{BufWriter, Write};

use super::{Kind, Sink};
use crate::db::Cell;

pub(super) struct Csv {
    out: BufWriter<File>,
    line: Vec<u8>,
}

impl Csv {
    pub fn new(file: File, columns: &[(&str, Kind)]) -> Result<Csv, String> {
        let mut csv = Csv { out: BufWriter::new(file), line: Vec::new() };
        let names: Vec<Cell> = columns.iter().map(|(name, _)| Cell::text(name)).collect();
        csv.row(&names)?;
        Ok(csv)
    }
}

impl Sink for Csv {
    fn row(&mut self, row: &[Cell]) -> Result<(), String> {
        self.line.clear();
        for (column, value) in row.iter().enumerate() {
            if column > 0 {
                self.line.push(b',');
            }
            match value {
                Cell::Null => {}
                Cell::Int(number) => self.line.extend_from_slice(number.to_string().as_bytes()),
                Cell::Amount(amount) => self.line.extend_from_slice(amount.to_string().as_bytes()),
                Cell::Text(text) | Cell::Json(text) => quote(&mut self.line, text),
                Cell::Bytes(bytes) => self.line.extend_from_slice(hex::encode(bytes).as_bytes()),
            }
        }
        self.line.extend_from_slice(b"\r\n");
        self.out.write_all(&self.line).map_err(|error| error.to_string())
    }

    fn finish(mut self: Box<Self>) -> Result<(), String> {
        self.out.flush().and_then(|()| self.out.get_ref().sync_all()).map_err(|error| error.to_string())
    }
}

/// Texts that hold a comma, a quote or a line's end are quoted; an empty one too, as it is not nothing.
fn quote(line: &mut Vec<u8>, text: &str) {
    if !text.is_empty() && !text.contains([',', '"', '\r', '\n']) {
        line.extend_from_slice(text.as_bytes());
        return;
    }
    line.push(b'"');
    line.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    line.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_a_line_is_quoted() {
        let quoted = |text: &str| {
            let mut line = Vec::new();
            quote(&mut line, text);
            String::from_utf8(line).unwrap()
        };
        assert_eq!(quoted("plain text"), "plain text");
        assert_eq!(quoted("a,b"), "\"a,b\"");
        assert_eq!(quoted("say \"a\"\n"), "\"say \"\"a\"\"\n\"");
        assert_eq!(quoted(""), "\"\"");
    }
}
