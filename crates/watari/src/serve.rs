//! Starting and stopping the server.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use app::web::{App, router};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// Serves until SIGTERM or Ctrl-C; requests under way are finished first.
///
/// # Errors
/// The address is taken or not this machine's.
pub async fn until_stopped(app: App, listener: TcpListener) -> Result<()> {
    let service = router(app).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stopped()).await?;
    tracing::info!("stopped");
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

async fn stopped() {
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = terminated => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tracing::info!("stopping");
}
