//! Apache Parquet: columns that may be null, in groups of rows.

use std::fs::File;
use std::sync::Arc;

use parquet::basic::{ConvertedType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, FixedLenByteArray, FixedLenByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};

use super::{Kind, Sink};
use crate::db::Cell;

/// Rows of one group.
const GROUP: usize = 50_000;
/// The most digits that a `DECIMAL` of Parquet's readers has.
const DIGITS: i32 = 38;
/// The first amount with more digits.
const TOO_LARGE: u128 = 10u128.pow(38);

pub(super) struct Parquet {
    writer: SerializedFileWriter<File>,
    kinds: Vec<Kind>,
    rows: Vec<Vec<Cell>>,
}

impl Parquet {
    pub fn new(file: File, name: &str, columns: &[(&str, Kind)]) -> Result<Parquet, String> {
        let schema = schema(name, columns).map_err(|error| error.to_string())?;
        let properties = Arc::new(WriterProperties::builder().build());
        let writer = SerializedFileWriter::new(file, schema, properties).map_err(|error| error.to_string())?;
        Ok(Parquet { writer, kinds: columns.iter().map(|(_, kind)| *kind).collect(), rows: Vec::new() })
    }

    fn flush(&mut self) -> Result<(), ParquetError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.rows);
        let mut group = self.writer.next_row_group()?;
        for (column, kind) in self.kinds.iter().enumerate() {
            let values = rows.iter().map(|row| row.get(column).unwrap_or(&Cell::Null));
            match kind {
                Kind::Int | Kind::Time => {
                    let (values, levels) = present(values.map(|value| match value {
                        Cell::Int(number) => Some(*number),
                        _ => None,
                    }));
                    let mut writer = next(&mut group)?;
                    writer.typed::<Int64Type>().write_batch(&values, Some(&levels), None)?;
                    writer.close()?;
                }
                Kind::Text => write_texts(&mut group, values.map(text))?,
                Kind::Amount => {
                    let (numbers, levels) = present(values.clone().map(|value| match value {
                        Cell::Amount(amount) if *amount < TOO_LARGE => Some(decimal(*amount)),
                        _ => None,
                    }));
                    let mut writer = next(&mut group)?;
                    writer.typed::<FixedLenByteArrayType>().write_batch(&numbers, Some(&levels), None)?;
                    writer.close()?;
                    write_texts(
                        &mut group,
                        values.map(|value| match value {
                            Cell::Amount(amount) if *amount >= TOO_LARGE => Some(amount.to_string()),
                            _ => None,
                        }),
                    )?;
                }
            }
        }
        group.close()?;
        Ok(())
    }
}

impl Sink for Parquet {
    fn row(&mut self, row: &[Cell]) -> Result<(), String> {
        self.rows.push(row.to_vec());
        if self.rows.len() >= GROUP { self.flush().map_err(|error| error.to_string()) } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> Result<(), String> {
        self.flush().map_err(|error| error.to_string())?;
        let Parquet { writer, .. } = *self;
        let file = writer.into_inner().map_err(|error| error.to_string())?;
        file.sync_all().map_err(|error| error.to_string())
    }
}

type Group<'a> = parquet::file::writer::SerializedRowGroupWriter<'a, File>;

fn next<'a>(group: &'a mut Group<'_>) -> Result<parquet::file::writer::SerializedColumnWriter<'a>, ParquetError> {
    let writer = group.next_column()?;
    writer.ok_or_else(|| ParquetError::General("the file has fewer columns than its rows".to_owned()))
}

fn write_texts(group: &mut Group<'_>, texts: impl Iterator<Item = Option<String>>) -> Result<(), ParquetError> {
    let (values, levels) = present(texts.map(|text| text.map(|text| ByteArray::from(text.into_bytes()))));
    let mut writer = next(group)?;
    writer.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)?;
    writer.close()
}

fn text(value: &Cell) -> Option<String> {
    match value {
        Cell::Text(text) | Cell::Json(text) => Some(text.clone()),
        _ => None,
    }
}

/// The values that are there, and for each row whether one is.
fn present<T>(values: impl Iterator<Item = Option<T>>) -> (Vec<T>, Vec<i16>) {
    let (mut there, mut levels) = (Vec::new(), Vec::new());
    for value in values {
        levels.push(i16::from(value.is_some()));
        there.extend(value);
    }
    (there, levels)
}

/// A decimal is a number of two's complement with the highest byte first.
fn decimal(amount: u128) -> FixedLenByteArray {
    FixedLenByteArray::from(ByteArray::from(amount.to_be_bytes().to_vec()))
}

fn schema(name: &str, columns: &[(&str, Kind)]) -> Result<TypePtr, ParquetError> {
    let mut fields = Vec::new();
    let text = |name: &str| {
        let field = Type::primitive_type_builder(name, Physical::BYTE_ARRAY);
        field.with_repetition(Repetition::OPTIONAL).with_converted_type(ConvertedType::UTF8).build()
    };
    for (column, kind) in columns {
        match kind {
            Kind::Int => {
                let field = Type::primitive_type_builder(column, Physical::INT64);
                fields.push(field.with_repetition(Repetition::OPTIONAL).build()?);
            }
            Kind::Time => {
                let field = Type::primitive_type_builder(column, Physical::INT64);
                let field = field.with_repetition(Repetition::OPTIONAL);
                fields.push(field.with_converted_type(ConvertedType::TIMESTAMP_MILLIS).build()?);
            }
            Kind::Text => fields.push(text(column)?),
            Kind::Amount => {
                let field = Type::primitive_type_builder(column, Physical::FIXED_LEN_BYTE_ARRAY).with_length(16);
                let field = field.with_converted_type(ConvertedType::DECIMAL).with_precision(DIGITS).with_scale(0);
                fields.push(field.with_repetition(Repetition::OPTIONAL).build()?);
                fields.push(text(&format!("{column}_exact"))?);
            }
        }
    }
    let fields = fields.into_iter().map(Arc::new).collect();
    Ok(Arc::new(Type::group_type_builder(name).with_fields(fields).build()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::file::reader::{FileReader, SerializedFileReader};

    #[test]
    fn what_is_written_is_read_back() {
        let dir = tempdir();
        let path = dir.join("t.parquet");
        let columns = [("n", Kind::Int), ("a", Kind::Amount), ("s", Kind::Text), ("t", Kind::Time)];
        let mut sink = Box::new(Parquet::new(File::create(&path).unwrap(), "t", &columns).unwrap());
        let amounts = [0, 1, TOO_LARGE - 1, TOO_LARGE, u128::MAX];
        for (amount, n) in amounts.into_iter().zip(0i64..) {
            sink.row(&[Cell::Int(n), Cell::Amount(amount), Cell::text("x"), Cell::Int(1_600_000_000_000)]).unwrap();
        }
        sink.row(&[Cell::Null, Cell::Null, Cell::Null, Cell::Null]).unwrap();
        sink.finish().unwrap();
        let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
        let rows: Vec<String> = reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
        assert_eq!(rows.len(), 6);
        let nines = "9".repeat(38);
        assert!(rows[2].contains(&format!("a: {nines}")) && rows[2].contains("a_exact: null"), "{}", rows[2]);
        assert!(rows[3].contains("a: null") && rows[3].contains(&format!("a_exact: \"{TOO_LARGE}\"")), "{}", rows[3]);
        assert!(rows[4].contains(&format!("a_exact: \"{}\"", u128::MAX)), "{}", rows[4]);
        assert!(rows[1].contains("2020-09-13 12:26:40"), "{}", rows[1]);
        assert!(rows[5].starts_with("{n: null, a: null"), "{}", rows[5]);
        std::fs::remove_dir_all(dir).unwrap();
    }

    fn tempdir() -> std::path::PathBuf {
        let dir = std::env::temp_dir().join(format!("gage-parquet-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        dir
    }
}
