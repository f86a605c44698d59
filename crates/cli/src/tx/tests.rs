//! The catalog against the types, and what people write against what the ledger reads.

use std::collections::BTreeSet;

use clap::{Command, FromArgMatches, Subcommand};
use gage_chain::Operation;
use gage_client::AssetNames;
use gage_crypto::AccountId;
use gage_units::{AssetId, Timestamp};
use serde_json::{Value, json};

use super::build;
use super::catalog::{catalog, examples};
use super::command::{Act, Given};
use super::value::{Known, KnownAsset, Reader};

/// Two people and the assets of the small network that `gage genesis new` makes, with a note and a share beside.
fn known() -> Known {
    let asset = |(id, (symbol, decimals)): (u32, (&str, u8))| KnownAsset {
        id: AssetId(id),
        symbol: symbol.to_owned(),
        decimals,
    };
    let assets = [("USD", 18), ("WETH", 18), ("GUSD", 18), ("NOTE", 2), ("SHARE", 18), ("DEED", 0)];
    let people = [("alice", 1), ("bob", 2), ("carol", 3)];
    Known {
        assets: (0..).zip(assets).map(asset).collect(),
        accounts: people.into_iter().map(|(name, byte)| (name.to_owned(), AccountId([byte; 32]))).collect(),
        now: Timestamp(1_700_000_000_000),
    }
}

/// The words of a line as a shell would hand them on.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut begun) = (Vec::new(), String::new(), None, false);
    for letter in line.chars() {
        match (letter, quote) {
            ('\'' | '"', None) => (quote, begun) = (Some(letter), true),
            (letter, Some(open)) if letter == open => quote = None,
            (' ', None) => {
                if begun {
                    words.push(std::mem::take(&mut word));
                    begun = false;
                }
            }
            (letter, _) => {
                word.push(letter);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

fn given(line: &str) -> Result<Given, String> {
    let command = Act::augment_subcommands(Command::new("tx"));
    let arguments = std::iter::once("tx".to_owned()).chain(words(line));
    let matches = command.try_get_matches_from(arguments).map_err(|error| error.to_string())?;
    match Act::from_arg_matches(&matches).map_err(|error| error.to_string())? {
        Act::Operation(given) => Ok(given),
        Act::Shortcut(_) => Err(format!("{line} is a short word")),
    }
}

fn built(line: &str) -> Result<Operation, String> {
    build::operation(catalog(), &known(), &given(line)?).and_then(build::checked).map_err(|error| format!("{error:#}"))
}

#[test]
fn no_operation_is_without_a_command_and_an_example() {
    let known: BTreeSet<(String, String)> = catalog()
        .modules
        .iter()
        .flat_map(|module| module.operations.iter().map(|entry| (module.name.clone(), entry.name.clone())))
        .collect();
    let exampled: BTreeSet<(String, String)> = examples().keys().cloned().collect();
    assert_eq!(known.difference(&exampled).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "without an example");
    assert_eq!(exampled.difference(&known).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "no operation");
    assert!(known.len() >= 171, "{}", known.len());
}

/// The catalog is read from the sources; the encoding is made by the compiler from the same types.
#[test]
fn every_variant_that_the_types_encode_is_in_the_catalog() {
    for (module, entry) in (0u8..).zip(&catalog().modules) {
        let mut numbers = BTreeSet::new();
        for operation in &entry.operations {
            let line = examples()[&(entry.name.clone(), operation.name.clone())];
            let bytes = borsh::to_vec(&built(line).unwrap()).unwrap();
            assert_eq!(bytes[0], module, "{line}");
            numbers.insert(bytes[1]);
        }
        // They are numbered without a gap, and the number after the last is no operation.
        let count = u8::try_from(entry.operations.len()).unwrap();
        assert_eq!(numbers, (0..count).collect(), "{}", entry.name);
        let mut beyond = vec![module, count];
        beyond.extend([0; 64]);
        let refused = borsh::from_slice::<Operation>(&beyond).unwrap_err().to_string();
        assert!(refused.contains("Unexpected variant tag"), "{}: {refused}", entry.name);
    }
}

#[test]
fn every_example_parses_validates_and_describes() {
    let mut names = AssetNames::default();
    for asset in known().assets {
        names.insert(asset.id, &asset.symbol, asset.decimals);
    }
    let mut wrong = Vec::new();
    for line in examples().values() {
        match built(line) {
            Ok(operation) => {
                let text = operation.describe(&names);
                assert!(!text.is_empty() && !text.contains("units of #"), "{line}: {text}");
                let again: Operation = serde_json::from_value(json!(operation)).unwrap();
                assert_eq!(again, operation, "{line}");
            }
            Err(reason) => wrong.push(format!("{line}\n    {reason}")),
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), examples().len(), wrong.join("\n"));
}

/// The bytes of the example are those of a file that people read, and a contract that the ledger takes: it names the
/// two sides, and the asset of payment with its number.
#[test]
fn the_contract_of_the_example_is_one_that_an_asset_can_have() {
    let text = include_str!("../../../terms/examples/note.terms");
    let contract = gage_terms::to_bytes(&gage_terms::parse(text).unwrap());
    let attach = |bytes: &[u8]| {
        let given = format!("--asset NOTE --cash USD --claim-ms 365d --steps 12 --contract {}", hex::encode(bytes));
        built(&format!("securities attach-contract {given}"))
    };
    let example = built(examples()[&("securities".to_owned(), "attach_contract".to_owned())]).unwrap();
    assert_eq!(attach(&contract).unwrap(), example);
    gage_securities::contract::read(&contract, &gage_securities::contract::asset_name("USD", AssetId(0))).unwrap();
    // What is no contract in whatever state is refused before it is signed.
    for wrong in [&b"a contract"[..], &contract[..contract.len() - 1], &[&contract[..], b"1"].concat()] {
        let said = attach(wrong).unwrap_err();
        assert!(said.contains("BadContract"), "{said}");
    }
}

#[test]
fn help_names_the_example_and_every_field() {
    let mut command = Act::augment_subcommands(Command::new("tx"));
    command.build();
    for module in &catalog().modules {
        let inner = command.find_subcommand_mut(module.name.replace('_', "-")).unwrap();
        for entry in &module.operations {
            let name = entry.name.replace('_', "-");
            let help = inner.find_subcommand_mut(&name).unwrap().render_long_help().to_string();
            assert!(help.contains("Example:\n  gage tx "), "{help}");
            assert_eq!(help.contains("\nFields:\n"), !entry.fields.is_empty(), "{help}");
            for field in &entry.fields {
                assert!(help.contains(&format!("--{}", super::command::flag(&field.name))), "{name} {}", field.name);
            }
        }
    }
}

#[test]
fn amounts_have_units() {
    let of = |line: &str| json!(built(line).unwrap())["ledger"]["transfer"].clone();
    let expected = json!({ "to": AccountId([2; 32]), "asset": 1, "quantity": { "exact": "12500000000000000000" } });
    for line in [
        "ledger transfer --to bob --asset WETH --quantity 12.5",
        "ledger transfer --to bob --asset 1 --quantity 12.5",
        "ledger transfer --to bob --quantity '12.5 WETH'",
        "ledger transfer --to bob --asset WETH#1 --quantity '12.5 #1'",
        "ledger transfer --to bob --asset WETH --quantity raw:12500000000000000000",
    ] {
        assert_eq!(of(line), expected, "{line}");
    }
    let refused = [
        ("ledger transfer --to bob --quantity 12.5", "with its symbol"),
        ("ledger transfer --to bob --asset USD --quantity '1 WETH'", "the asset is USD#0"),
        ("ledger transfer --to bob --quantity '1 XYZ'", "there is no asset XYZ"),
        ("ledger transfer --to bob --quantity '1.234 NOTE'", "2 decimal places"),
        ("ledger transfer --to dave --quantity '1 NOTE'", "neither an account"),
        ("ledger transfer --to bob --asset USD --quantity 0", "ZeroAmount"),
        ("vaults swap-in --facility 1 --amount '1 USD' --least 1", "say of which asset"),
    ];
    for (line, reason) in refused {
        let said = built(line).unwrap_err();
        assert!(said.contains(reason), "{line}: {said}");
    }
}

#[test]
fn a_symbol_that_two_assets_have_needs_its_number() {
    let mut known = known();
    known.assets.push(KnownAsset { id: AssetId(9), symbol: "USD".to_owned(), decimals: 6 });
    let said = known.asset("USD").unwrap_err().to_string();
    assert!(said.contains("USD#0 or USD#9"), "{said}");
    assert_eq!(known.asset("USD#9").unwrap().decimals, 6);
}

#[test]
fn json_has_names_and_units_and_digits_stay_smallest_units() {
    let known = known();
    let reader = Reader { catalog: catalog(), known: &known };
    let text = r#"[{"ledger":{"transfer_many":{"payments":[{"to":"bob","asset":"WETH","amount":"1.5 WETH"},
        {"to":"bob","asset":1,"amount":"15"}]}}}]"#;
    let operations = reader.operations(text).unwrap();
    let payments = json!(operations[0])["ledger"]["transfer_many"]["payments"].clone();
    let amounts: Vec<&Value> = payments.as_array().unwrap().iter().map(|payment| &payment["amount"]).collect();
    assert_eq!(amounts, [&json!("1500000000000000000"), &json!("15")]);
    for wrong in ["{}", "[{}]", "nonsense", r#"[{"ledger":{"transfer":{}}}]"#] {
        assert!(reader.operations(wrong).is_err(), "{wrong}");
    }
}

/// The bytes of every example, for whoever makes them in another language: the tests of the Python client hold theirs
/// against the same file. Written anew with GAGE_RECORD_EXAMPLES=1.
#[test]
fn the_bytes_of_every_example_are_those_of_the_file() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../python/tests/operations.json");
    let line = |line: &str| {
        let operation = built(line).unwrap();
        let bytes = hex::encode(borsh::to_vec(&operation).unwrap());
        json!({ "example": line, "operation": operation, "bytes": bytes }).to_string()
    };
    let lines: Vec<String> = examples().values().map(|text| line(text)).collect();
    let text = format!("[\n{}\n]\n", lines.join(",\n"));
    if std::env::var_os("GAGE_RECORD_EXAMPLES").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    assert!(std::fs::read_to_string(path).unwrap() == text, "{path} is not what the examples come to");
}

/// An amount before which an asset is named is of that asset, or is money for it: the text that people sign says which.
#[test]
fn the_text_of_an_operation_says_that_an_amount_is_of_the_asset_before_it() {
    let mut names = AssetNames::default();
    for asset in known().assets {
        names.insert(asset.id, &asset.symbol, asset.decimals);
    }
    let mut said = 0;
    for module in &catalog().modules {
        for entry in &module.operations {
            let required = |name: &str| entry.fields.iter().any(|field| field.name == name && field.required);
            let Some(amount) = ["amount", "quantity"].into_iter().find(|name| required(name)) else { continue };
            let before = entry.fields.iter().take_while(|field| field.name != amount);
            let asset =
                before.filter(|field| field.required && super::catalog::reference(&field.schema) == Some("AssetId"));
            let Some(asset) = asset.last() else { continue };
            let mut given = given(examples()[&(module.name.clone(), entry.name.clone())]).unwrap();
            given.fields.retain(|(name, _)| name != amount && *name != asset.name);
            given.fields.push((asset.name.clone(), vec!["NOTE".to_owned()]));
            given.fields.push((amount.to_owned(), vec!["raw:77777".to_owned()]));
            let operation = build::operation(catalog(), &known(), &given).unwrap();
            let text = operation.describe(&names);
            assert_eq!(
                text.contains("777.77 NOTE#3"),
                entry.asset_of(amount).is_some(),
                "{} {}: {text}",
                module.name,
                entry.name
            );
            said += 1;
        }
    }
    assert!(said > 20, "{said}");
}
