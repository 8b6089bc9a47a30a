//! Tells tauri which commands there are: the webview may be granted these and can be granted no other.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let commands = tauri_build::AppManifest::new().commands(&["rpc", "subscribe", "ready"]);
    let windows = tauri_build::WindowsAttributes::new().window_icon_path("../icons/icon.ico");
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands).windows_attributes(windows))?;
    Ok(())
}
