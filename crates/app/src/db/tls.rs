//! How PostgreSQL is reached: `sslmode` and `sslrootcert` of its address, as libpq writes them.
//!
//! `require` checks the server's certificate as `verify-full` does: encryption that does not know
//! to whom it speaks protects nobody.

use std::path::{Path, PathBuf};

use ::postgres::config::SslMode;
use ::postgres::{Client, Config, NoTls};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::DbError;

/// A parsed `postgres://` address.
#[derive(Clone)]
pub(super) struct Address {
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

impl Address {
    /// Parses an address and reads the certificates it needs.
    ///
    /// # Errors
    /// An address that cannot be understood, or certificates that cannot be read.
    pub(super) fn parse(address: &str) -> Result<Address, DbError> {
        let (plain, wanted) = split(address)?;
        let mut config: Config = plain.parse()?;
        let tls = match wanted.encrypted {
            true => Some(MakeRustlsConnect::new(client(roots(wanted.root.as_deref())?))),
            false => None,
        };
        // A machine that does not answer must not hold a request longer than its user waits.
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(super::postgres::PATIENCE);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(4 * super::postgres::PATIENCE);
        }
        config.ssl_mode(if tls.is_some() { SslMode::Require } else { SslMode::Disable });
        Ok(Address { config, tls })
    }

    pub(super) fn connect(&self) -> Result<Client, DbError> {
        Ok(match &self.tls {
            Some(tls) => self.config.connect(tls.clone())?,
            None => self.config.connect(NoTls)?,
        })
    }
}

/// What an address says of encryption.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wanted {
    encrypted: bool,
    /// A file with the certificates to trust, instead of the system's.
    root: Option<PathBuf>,
}

/// An address without what it says of encryption, and that.
fn split(address: &str) -> Result<(String, Wanted), DbError> {
    let Some((start, query)) = address.split_once('?') else { return Ok((address.to_owned(), Wanted::default())) };
    let mut wanted = Wanted::default();
    let mut rest = Vec::new();
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some(("sslmode", "disable" | "allow" | "prefer")) => wanted.encrypted = false,
            Some(("sslmode", "require" | "verify-ca" | "verify-full")) => wanted.encrypted = true,
            Some(("sslmode", other)) => return Err(DbError::Other(format!("sslmode={other} is unknown"))),
            Some(("sslrootcert", file)) => wanted.root = Some(file.into()),
            _ => rest.push(pair),
        }
    }
    let plain = if rest.is_empty() { start.to_owned() } else { format!("{start}?{}", rest.join("&")) };
    Ok((plain, wanted))
}

fn roots(file: Option<&Path>) -> Result<RootCertStore, DbError> {
    let mut roots = RootCertStore::empty();
    let Some(file) = file else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        return Ok(roots);
    };
    let unreadable = |error: &dyn std::fmt::Display| DbError::Other(format!("{}: {error}", file.display()));
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unreadable(&error))? {
        roots.add(certificate.map_err(|error| unreadable(&error))?).map_err(|error| unreadable(&error))?;
    }
    Ok(roots)
}

fn client(roots: RootCertStore) -> ClientConfig {
    ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encryption_is_read_from_the_address() {
        let (plain, wanted) =
            split("postgres://a@b/c?sslmode=verify-full&connect_timeout=5&sslrootcert=/x/y.pem").unwrap();
        assert_eq!(plain, "postgres://a@b/c?connect_timeout=5");
        assert_eq!(wanted, Wanted { encrypted: true, root: Some("/x/y.pem".into()) });
        assert_eq!(split("postgres://a@b/c").unwrap().1, Wanted::default());
        assert!(split("postgres://a@b/c?sslmode=sometimes").is_err());
    }
}
