//! The way to the server itself: whose certificate counts, and through which proxy it goes.

use super::scene::Scene;
use crate::Updates;
use millwright_domain::Code;
use rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer};
use std::{process::Stdio, sync::Arc};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(own.signing_key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("https://{}/{{channel}}/manifest.json", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (connection, _) = listener.accept().await.unwrap();
        // Who does not believe the certificate never asks for anything.
        TlsAcceptor::from(Arc::new(config)).accept(connection).await.is_err()
    });

    let mut scene = Scene::new();
    scene.allow_insecure_transport = false;
    let folder = tempfile::tempdir().unwrap();
    let updates = Updates::open(folder.path(), Some(scene.release(&endpoint).unwrap()), scene.installed).unwrap();
    let fault = updates.check().await.unwrap_err();
    assert_eq!(fault.code, Code::UpdateServer);
    assert!(fault.message.contains("certificate"), "{fault}");
    assert!(server.await.unwrap(), "the handshake was finished");
}

const PROXIED: &str = "MILLWRIGHT_TEST_PROXIED";

#[tokio::test]
async fn the_proxy_of_the_system_is_asked() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut asked = vec![0; 1024];
        let length = connection.read(&mut asked).await.unwrap();
        connection.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        String::from_utf8_lossy(&asked[..length]).into_owned()
    });
    // The environment belongs to a process, and this one has other tests.
    let child = std::env::current_exe().unwrap();
    let asking = tokio::task::spawn_blocking(move || {
        std::process::Command::new(child)
            .args(["--ignored", "--exact", "tests::transport::a_process_of_its_own_asks_through_a_proxy"])
            .envs([("HTTPS_PROXY", proxy.as_str()), ("NO_PROXY", ""), (PROXIED, "1")])
            .stdout(Stdio::null())
            .status()
            .unwrap()
    });
    assert!(asking.await.unwrap().success());
    let asked = server.await.unwrap();
    assert!(asked.starts_with("CONNECT updates.invalid:443 HTTP/1.1\r\n"), "{asked}");
}

#[tokio::test]
#[ignore = "is run by the test above, in a process of its own"]
async fn a_process_of_its_own_asks_through_a_proxy() {
    if std::env::var_os(PROXIED).is_none() {
        return;
    }
    let mut scene = Scene::new();
    scene.allow_insecure_transport = false;
    let release = scene.release("https://updates.invalid/{channel}/manifest.json").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let updates = Updates::open(folder.path(), Some(release), scene.installed).unwrap();
    let fault = updates.check().await.unwrap_err();
    assert_eq!(fault.code, Code::UpdateServer);
    assert!(fault.message.starts_with("updates.invalid cannot be asked"), "{fault}");
}
