//! Keys in a token of SoftHSM2: made there, used there, and refused where they must be.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gage_client::pkcs11::{Pkcs11Error, Pkcs11Key, Pkcs11Uri, Token};
use gage_client::{SignerError, SigningKey};
use gage_crypto::signature::{self, SignatureError};
use gage_crypto::{Hash, PublicKey, Scheme, SigningPayload};

const PIN: &str = "4321";
/// Set when SoftHSM2 was installed for the tests: then its absence is a failure.
const REQUIRED: &str = "GAGE_REQUIRE_SOFTHSM";
/// Set in the process that does the work: the library reads its configuration from the environment.
const INSIDE: &str = "GAGE_TEST_TOKEN";

fn library() -> Option<PathBuf> {
    let given = std::env::var_os("GAGE_SOFTHSM_MODULE").map(PathBuf::from);
    let usual = [
        "/usr/lib/softhsm/libsofthsm2.so",
        "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
        "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
        "/usr/lib64/pkcs11/libsofthsm2.so",
        "/usr/local/lib/softhsm/libsofthsm2.so",
        "/opt/homebrew/lib/softhsm/libsofthsm2.so",
    ];
    given.into_iter().chain(usual.map(PathBuf::from)).find(|path| path.is_file())
}

fn uri(text: &str) -> Pkcs11Uri {
    Pkcs11Uri { module_path: library(), ..text.parse().unwrap() }
}

fn payload(number: u8) -> SigningPayload {
    SigningPayload { machine: Hash([number; 32]), wallet: Some(Hash([number ^ 0xff; 32])) }
}

#[test]
fn keys_in_a_token_sign() {
    if std::env::var_os(INSIDE).is_some() {
        return inside();
    }
    if library().is_none() {
        assert!(std::env::var_os(REQUIRED).is_none(), "{REQUIRED} is set, and SoftHSM2 is not installed");
        println!("SKIPPED: SoftHSM2 is not installed (apt-get install softhsm2); NO key in a token was tested");
        eprintln!("SKIPPED: SoftHSM2 is not installed (apt-get install softhsm2); NO key in a token was tested");
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("token-{}", std::process::id()));
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(folder.join("tokens")).unwrap();
    let config = folder.join("softhsm2.conf");
    let text = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        folder.join("tokens").display()
    );
    fs::write(&config, text).unwrap();
    for label in ["treasury", "spare"] {
        let mut init = Command::new("softhsm2-util");
        init.env("SOFTHSM2_CONF", &config).args(["--init-token", "--free", "--label", label]);
        let made = init.args(["--so-pin", "8765", "--pin", PIN]).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "keys_in_a_token_sign", "--nocapture"]).env(INSIDE, "1").env("SOFTHSM2_CONF", &config);
    let output = again.output().unwrap();
    drop(fs::remove_dir_all(&folder));
    let words = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && words.contains("all keys signed"), "{words}");
}

fn inside() {
    let made: Vec<(Scheme, PublicKey)> = [Scheme::Ed25519, Scheme::P256, Scheme::Secp256k1Eip712]
        .into_iter()
        .map(|scheme| {
            let token = Token::open(&uri("pkcs11:token=treasury"), PIN, true).unwrap();
            (scheme, token.generate(scheme, scheme.name(), scheme.name().as_bytes()).unwrap())
        })
        .collect();
    for (scheme, public) in &made {
        let key = Pkcs11Key::open(&uri(&format!("pkcs11:token=treasury;object={}", scheme.name())), PIN).unwrap();
        assert_eq!((key.public_key(), key.public_key().scheme()), (*public, *scheme));
        let key = SigningKey::from(key);
        // About half of the module's ECDSA signatures have a high s: sixteen show both kinds.
        for number in 0..16 {
            let made = key.sign(&payload(number)).unwrap();
            signature::verify(public, &payload(number), &made).unwrap();
            assert_eq!(signature::verify(public, &payload(99), &made), Err(SignatureError::Mismatch));
        }
        assert!(!format!("{key:?}").contains(PIN));
    }
    let wallet = Pkcs11Key::open(&uri("pkcs11:token=treasury;object=secp256k1_eip712"), PIN).unwrap();
    let machine = SigningPayload { wallet: None, ..payload(1) };
    assert_eq!(wallet.sign(&machine), Err(Pkcs11Error::Signature(SignatureError::NoWalletDigest)));

    let token = || Token::open(&uri("pkcs11:token=treasury"), PIN, true).unwrap();
    let listed = token().keys().unwrap();
    assert_eq!(listed.len(), 3);
    assert!(made.iter().all(|(scheme, public)| {
        listed.iter().any(|key| key.label == scheme.name() && key.public_key == Some(*public))
    }));
    let open = |text: &str, pin: &str| Pkcs11Key::open(&uri(text), pin).map(|key| key.public_key());
    assert_eq!(open("pkcs11:token=treasury;id=p256", PIN), Ok(made[1].1));
    // Too little is said, or something that is not there.
    assert!(matches!(open("pkcs11:token=treasury", PIN), Err(Pkcs11Error::Key { found: 3, .. })));
    assert!(matches!(open("pkcs11:token=treasury;object=none", PIN), Err(Pkcs11Error::Key { found: 0, .. })));
    assert!(matches!(open("pkcs11:object=p256", PIN), Err(Pkcs11Error::Token { found: 2, .. })));
    assert!(matches!(open("pkcs11:token=none;object=p256", PIN), Err(Pkcs11Error::Token { found: 0, .. })));
    assert!(matches!(token().generate(Scheme::P256, "p256", b"other"), Err(Pkcs11Error::Key { found: 1, .. })));
    assert_eq!(token().generate(Scheme::WebAuthn, "x", b"x"), Err(Pkcs11Error::Scheme(Scheme::WebAuthn)));
    let elsewhere = Pkcs11Uri { module_path: Some("/nowhere/module.so".into()), ..Pkcs11Uri::default() };
    assert!(matches!(Pkcs11Key::open(&elsewhere, PIN), Err(Pkcs11Error::Library { .. })));
    assert!(matches!(Pkcs11Key::open(&Pkcs11Uri::default(), PIN), Err(Pkcs11Error::NoModule)));
    let refused: SignerError = open("pkcs11:token=spare;object=p256", "0000").unwrap_err().into();
    assert!(matches!(refused, SignerError::Pkcs11(Pkcs11Error::WrongPin)), "{refused}");
    println!("all keys signed");
}
