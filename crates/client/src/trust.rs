//! Whose certificates are believed: those of the system, or those of a file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::Error;

/// Where systems keep the certificates of authorities.
const OF_SYSTEM: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// The certificates that are believed.
#[derive(Clone, Debug)]
pub(crate) struct Roots(Arc<Vec<CertificateDer<'static>>>);

impl Roots {
    /// Those of a file in PEM, or those of the system.
    ///
    /// # Errors
    /// [`Error::Certificates`].
    pub fn read(file: Option<&Path>) -> Result<Roots, Error> {
        let of_system = || OF_SYSTEM.iter().map(PathBuf::from).find(|path| path.exists());
        let path = file.map(Path::to_owned).or_else(of_system);
        let refused = |path: PathBuf, reason: String| Error::Certificates { path, reason };
        let Some(path) = path else {
            return Err(refused(PathBuf::from(OF_SYSTEM[0]), "this system keeps none there; name a file".to_owned()));
        };
        let read: Result<Vec<_>, _> = CertificateDer::pem_file_iter(&path).and_then(Iterator::collect);
        match read {
            Ok(certificates) if !certificates.is_empty() => Ok(Roots(Arc::new(certificates))),
            Ok(_) => Err(refused(path, "it holds no certificate in PEM".to_owned())),
            Err(error) => Err(refused(path, error.to_string())),
        }
    }

    /// For requests.
    pub fn for_requests(&self) -> TlsConfig {
        let certificates: Vec<_> = self.0.iter().map(|one| Certificate::from_der(one).to_owned()).collect();
        TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(certificates)))
            .unversioned_rustls_crypto_provider(provider())
            .build()
    }

    /// For streams.
    pub fn for_streams(&self) -> Result<Arc<ClientConfig>, Error> {
        let mut roots = RootCertStore::empty();
        // Some of a system's certificates are of forms that this library does not read: the others do.
        roots.add_parsable_certificates(self.0.iter().cloned());
        let failed = |error: rustls::Error| Error::Stream(error.to_string());
        let config =
            ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().map_err(failed)?;
        Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}
