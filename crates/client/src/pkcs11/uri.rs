//! Which key of which token: a URI of RFC 7512, `pkcs11:token=treasury;object=payments?module-path=...`.

use std::path::PathBuf;

use thiserror::Error;

/// The longest URI that is read, in bytes.
const URI_MAX: usize = 4_096;

/// Why a text does not name a key in a token.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UriError {
    /// Another scheme, or too long.
    #[error("a key in a token is written as pkcs11:token=LABEL;object=KEY?module-path=FILE")]
    NotPkcs11,
    /// Not name=value.
    #[error("{0:?} is not of the form name=value")]
    NotAttribute(String),
    /// An attribute that is not used here.
    #[error(
        "the attribute {0} is not used here; known are token, serial, slot-id, object, id, type, module-path and pin-source"
    )]
    Unknown(String),
    /// Given a second time.
    #[error("the attribute {0} is given twice")]
    Twice(String),
    /// The value does not fit.
    #[error("the value of {0} cannot be read")]
    Value(String),
    /// A PIN where others see it.
    #[error("a PIN does not belong into a URI, where others see it; use pin-source=FILE")]
    PinValue,
}

/// A key in a token. What is not given matches everything; exactly one key must remain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pkcs11Uri {
    /// The token's label.
    pub token: Option<String>,
    /// The token's serial number.
    pub serial: Option<String>,
    /// The slot that holds it.
    pub slot: Option<u64>,
    /// The key's label.
    pub object: Option<String>,
    /// The key's identifier.
    pub id: Option<Vec<u8>>,
    /// The library that its vendor ships.
    pub module_path: Option<PathBuf>,
    /// A file with the PIN.
    pub pin_source: Option<PathBuf>,
}

impl std::str::FromStr for Pkcs11Uri {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Pkcs11Uri, UriError> {
        let rest = text.strip_prefix("pkcs11:").filter(|_| text.len() <= URI_MAX).ok_or(UriError::NotPkcs11)?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut uri = Pkcs11Uri::default();
        for part in path.split(';').chain(query.split('&')).filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(|| UriError::NotAttribute(part.to_owned()))?;
            uri.set(name, value)?;
        }
        Ok(uri)
    }
}

impl Pkcs11Uri {
    fn set(&mut self, name: &str, value: &str) -> Result<(), UriError> {
        let bad = || UriError::Value(name.to_owned());
        let bytes = decode(value).ok_or_else(bad)?;
        let text = || String::from_utf8(bytes.clone()).map_err(|_| bad());
        let fresh = match name {
            "token" => self.token.replace(text()?).is_none(),
            "serial" => self.serial.replace(text()?).is_none(),
            "slot-id" => self.slot.replace(text()?.parse().map_err(|_| bad())?).is_none(),
            "object" => self.object.replace(text()?).is_none(),
            "id" => self.id.replace(bytes).is_none(),
            // A key that signs is private; other objects are not asked for.
            "type" if value == "private" => true,
            "type" => return Err(bad()),
            "module-path" => self.module_path.replace(text()?.into()).is_none(),
            "pin-source" => {
                let text = text()?;
                let path = text.strip_prefix("file://").or_else(|| text.strip_prefix("file:")).unwrap_or(&text);
                self.pin_source.replace(path.into()).is_none()
            }
            "pin-value" => return Err(UriError::PinValue),
            other => return Err(UriError::Unknown(other.to_owned())),
        };
        if fresh { Ok(()) } else { Err(UriError::Twice(name.to_owned())) }
    }
}

/// Takes `%41` for `A`.
fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        if *first == b'%' {
            let (digits, behind) = behind.split_at_checked(2)?;
            bytes.extend(hex::decode(digits).ok()?);
            rest = behind;
        } else {
            bytes.push(*first);
            rest = behind;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_names_a_key() {
        let text = "pkcs11:token=The%20Treasury;object=pay;id=%01%ff;slot-id=7;type=private\
                    ?module-path=/lib/hsm.so&pin-source=file:/run/pin";
        let uri: Pkcs11Uri = text.parse().unwrap();
        assert_eq!(uri.token.as_deref(), Some("The Treasury"));
        assert_eq!((uri.object.as_deref(), uri.id, uri.slot), (Some("pay"), Some(vec![1, 255]), Some(7)));
        assert_eq!(uri.module_path, Some("/lib/hsm.so".into()));
        assert_eq!(uri.pin_source, Some("/run/pin".into()));
        assert_eq!("pkcs11:".parse::<Pkcs11Uri>().unwrap(), Pkcs11Uri::default());
    }

    #[test]
    fn what_is_no_such_uri_is_refused() {
        for (text, error) in [
            ("token=a", UriError::NotPkcs11),
            ("pkcs11:token", UriError::NotAttribute("token".to_owned())),
            ("pkcs11:token=a;token=b", UriError::Twice("token".to_owned())),
            ("pkcs11:manufacturer=x", UriError::Unknown("manufacturer".to_owned())),
            ("pkcs11:object=%4", UriError::Value("object".to_owned())),
            ("pkcs11:object=%ff", UriError::Value("object".to_owned())),
            ("pkcs11:slot-id=x", UriError::Value("slot-id".to_owned())),
            ("pkcs11:type=cert", UriError::Value("type".to_owned())),
            ("pkcs11:object=a?pin-value=1234", UriError::PinValue),
        ] {
            assert_eq!(text.parse::<Pkcs11Uri>(), Err(error), "{text}");
        }
        assert!(format!("pkcs11:token={}", "a".repeat(URI_MAX)).parse::<Pkcs11Uri>().is_err());
    }
}
