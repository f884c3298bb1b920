//! Watari's binary: command line, configuration, start and stop.

#![forbid(unsafe_code)]

mod commands;
mod form;
mod installation;
mod link;
mod options;
mod output;
mod serve;
mod stats;

use std::process::ExitCode;

use anyhow::Result;
use options::Command;

// A page is a thousand small pieces of text, made in one thread and freed in another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("WATARI_LOG").unwrap_or_else(|_| "info,fluent=warn".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("watari: {}", told(&error));
            ExitCode::from(1)
        }
    }
}

/// An error and its causes, each said once.
fn told(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |told, cause| match told {
        told if told.is_empty() => cause,
        told if told.contains(&cause) => told,
        told => format!("{told}: {cause}"),
    })
}

fn run() -> Result<()> {
    match options::read()?.command {
        Command::Demo(demo) => commands::demo(&demo),
        Command::Init(init) => commands::init(&init),
        Command::Serve(serve) => commands::serve(&serve),
        Command::Verify(verify) => commands::verify(&verify),
        Command::Backup(backup) => commands::backup(&backup),
        Command::Restore(restore) => commands::restore(&restore),
        Command::Copy(copy) => commands::copy(&copy),
        Command::Import(import) => commands::import(&import),
        Command::Invite(invite) => commands::invite(&invite),
        Command::Link(link) => link::run(&link),
        Command::Stats(stats) => stats::run(&stats),
        Command::Form(form) => form::run(&form),
    }
}
