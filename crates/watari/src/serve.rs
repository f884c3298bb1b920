//! Starting and stopping the server.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use app::web::{App, metrics_router, router};
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// How long requests under way may take once the server stops.
const PATIENCE: Duration = Duration::from_secs(60);

/// Serves until SIGTERM or Ctrl-C; requests under way are finished first.
///
/// # Errors
/// The address is taken or not this machine's.
pub async fn until_stopped(app: App, listener: TcpListener, stop: Stop) -> Result<()> {
    let service = router(app).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop.heard()).await?;
    tracing::info!("stopped");
    Ok(())
}

/// Like [`until_stopped`], over TLS; SIGHUP reads the certificate anew.
///
/// # Errors
/// The certificate or its key cannot be read.
pub async fn until_stopped_over_tls(
    app: App,
    listener: TcpListener,
    stop: Stop,
    (certificate, key): (&Path, &Path),
) -> Result<()> {
    let unreadable =
        || format!("the certificate {} with the key {} cannot be used", certificate.display(), key.display());
    let config = RustlsConfig::from_pem_file(certificate, key).await.with_context(unreadable)?;
    let handle = Handle::new();
    let service = router(app).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum_server::from_tcp_rustls(listener.into_std()?, config.clone())?.handle(handle.clone());
    let stopping = async {
        stop.heard().await;
        handle.graceful_shutdown(Some(PATIENCE));
        std::future::pending::<()>().await;
    };
    let renew = async {
        let mut renewed = signal(SignalKind::hangup())?;
        while renewed.recv().await.is_some() {
            match config.reload_from_pem_file(certificate, key).await {
                Ok(()) => tracing::info!("the certificate was read anew"),
                Err(error) => tracing::error!(%error, "the new certificate cannot be used; the old one stays"),
            }
        }
        std::future::pending::<std::io::Result<()>>().await
    };
    tokio::select! {
        served = server.serve(service) => served?,
        renewed = renew => renewed?,
        () = stopping => {}
    }
    tracing::info!("stopped");
    Ok(())
}

/// Serves the figures on their private listener, if there is one.
///
/// # Errors
/// The listener failed.
pub async fn figures_until_stopped(app: App, listener: Option<TcpListener>, stop: Stop) -> Result<()> {
    if let Some(listener) = listener {
        axum::serve(listener, metrics_router(app)).with_graceful_shutdown(stop.heard()).await?;
    }
    Ok(())
}

/// Listens on an address.
///
/// # Errors
/// The address is taken or not this machine's.
pub async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}: is another server running there? Choose another with --listen or --port")
    })
}

/// SIGTERM and Ctrl-C, heard from the moment it is made.
#[derive(Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Listens for the signals.
    ///
    /// # Errors
    /// The system does not let it.
    pub fn listen() -> Result<Stop> {
        let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let (stop, heard) = watch::channel(false);
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            tracing::info!("stopping");
            stop.send_replace(true);
        });
        Ok(Stop(heard))
    }

    async fn heard(mut self) {
        // An error means that nobody listens any more: then it is time to stop, too.
        drop(self.0.wait_for(|stop| *stop).await.map(drop));
    }
}
