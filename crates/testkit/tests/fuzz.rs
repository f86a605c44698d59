//! Runs every fuzz target briefly; `GAGE_FUZZ_INPUTS=5000000 cargo test -p gage-testkit --test fuzz` runs longer.

#[test]
fn every_decoder_survives_hostile_bytes() {
    let inputs = std::env::var("GAGE_FUZZ_INPUTS").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000);
    for (target, seed) in gage_testkit::fuzz::targets().iter().zip(1u64..) {
        gage_testkit::fuzz::run(target, seed, inputs);
        println!("{}: {inputs} inputs, no finding", target.name);
    }
}
