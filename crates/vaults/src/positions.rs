//! The positions of a vault as bytes and as JSON: those of a list.

use borsh::{BorshDeserialize, BorshSerialize, io};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::state::Positions;

pub(crate) fn write<W: io::Write>(positions: &Positions, writer: &mut W) -> io::Result<()> {
    BorshSerialize::serialize(positions.as_slice(), writer)
}

pub(crate) fn read<R: io::Read>(reader: &mut R) -> io::Result<Positions> {
    <Vec<_> as BorshDeserialize>::deserialize_reader(reader).map(Positions::from_vec)
}

pub(crate) fn serialize<S: Serializer>(positions: &Positions, serializer: S) -> Result<S::Ok, S::Error> {
    Serialize::serialize(positions.as_slice(), serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Positions, D::Error> {
    <Vec<_> as Deserialize>::deserialize(deserializer).map(Positions::from_vec)
}
